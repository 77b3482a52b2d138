"""Which story of requests every breach of a chapter shows in."""

from tests.mock.stories_accounts import (
    tell_authentication,
    tell_errors,
    tell_isolation,
    tell_limits,
    tell_rates,
)
from tests.mock.stories_batches import tell_batches, tell_content, tell_isolation_of_batches
from tests.mock.stories_chat import tell_chat
from tests.mock.stories_files import (
    tell_deletion,
    tell_filters,
    tell_lifecycle,
    tell_listing,
    tell_retrieval,
    tell_uploads,
)
from tests.mock.stories_sdk import tell_sdk
from tests.mock.teller import Story

# A story a chapter; and for a clause that needs batches in a chapter which has none, a story of its own.
TOLD: dict[str, Story] = {
    "uploads": tell_uploads,
    "ids": tell_uploads,
    "retrieval": tell_retrieval,
    "listing": tell_listing,
    "filters": tell_filters,
    "deletion": tell_deletion,
    "errors": tell_errors,
    "authentication": tell_authentication,
    "limits": tell_limits,
    "isolation": tell_isolation,
    "lifecycle": tell_lifecycle,
    "rates": tell_rates,
    "chat": tell_chat,
    "documents": tell_chat,
    "batches": tell_batches,
    "content": tell_content,
    "sdk": tell_sdk,
    "ids.batch-output-prefix": tell_content,
    "listing.batch-results": tell_content,
    "retrieval.batch-results": tell_content,
    "isolation.batch": tell_isolation_of_batches,
}
