"""The chat in verbs, for one account. Knows how to wait for a file that is being parsed; judges nothing."""

import json
import time
from collections.abc import Mapping
from typing import Any

from conformance.client import Client
from conformance.exchange import Exchange
from conformance.replies import LONG, PATH, Hearing, most_pieces

# Enough for every answer that is asked for, and a bound on what a talkative model costs.
MOST_TOKENS = 320
# Seconds for which more may still come behind the end of a stream.
MOMENT = 0.5
USAGE: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
ROLE = {"role": "system", "content": "You are a helpful assistant."}

Message = Mapping[str, Any]


class Chat:
    """Asks a model; asks again while a file is being parsed, or while it may not have arrived everywhere.

    `pause` and `patience` are in seconds. Nothing is sent again after silence: it may have been paid for. Where a file
    was waited for in vain, no other is: a run that waits for each would take hours.
    """

    def __init__(self, client: Client, *, pause: float = 2.0, patience: float = 60.0) -> None:
        self.client = client
        self.pause = pause
        self.patience = patience

    def ask(
        self,
        *messages: Message,
        model: str | None = LONG,
        settled: float = 0.0,
        account: str = "first",
        **others: Any,
    ) -> Exchange:
        """Ask one question.

        Until the time `settled`, in seconds since the epoch, a refusal may be the lag of what was just uploaded.
        """
        body: dict[str, Any] = {"messages": list(messages), "max_tokens": MOST_TOKENS, **others}
        if model is not None:
            body["model"] = model
        return self.send(body, settled=settled, account=account)

    def send(
        self, body: Mapping[str, Any] | str, *, settled: float = 0.0, account: str = "first"
    ) -> Exchange:
        """Send a request as given, lawful or not."""
        wanted = {} if isinstance(body, str) else body
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        headers = (("accept", "text/event-stream"),) if wanted.get("stream") is True else ()
        begun = time.monotonic()
        lag = 0.5
        while True:
            exchange = self.client.send(
                "POST",
                PATH,
                headers=headers,
                body=text,
                account=account,
                enough=Hearing(most_pieces(wanted)),
                linger=MOMENT,
                again=True,
            )
            waited = time.monotonic() - begun
            if is_parsing(exchange):
                if waited + self.pause > self.patience:
                    self.patience = 0.0
                    break
                time.sleep(self.pause)
            elif not exchange.refused or time.time() + lag > settled:
                break
            else:
                time.sleep(lag)
                lag *= 2
        return exchange


def is_parsing(exchange: Exchange) -> bool:
    """Whether a file is not parsed yet: no code says so, only these words."""
    error = exchange.mapping().get("error")
    message = error.get("message") if isinstance(error, dict) else None
    return exchange.refused and isinstance(message, str) and "parsing in progress" in message.lower()


def naming(*ids: str) -> Message:
    """Give the system message that names files."""
    return {"role": "system", "content": ",".join(f"fileid://{name}" for name in ids)}


def asking(question: str) -> Message:
    """Give the message of a user."""
    return {"role": "user", "content": question}
