"""Hostile servers: some forty ways to misbehave on a socket, each met by a real run of the suite.

server      stands before a lawful mock, and misbehaves where its row says so
acts        the misbehaviours: what goes over the wire in place of a lawful answer
table       the rows: which act, on which requests, and what a run must make of it
nursery     runs of the suite as forked children, for a fresh interpreter costs two seconds a row
"""
