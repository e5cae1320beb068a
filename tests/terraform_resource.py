"""What all of Terraform's resources share: one that is gone reads as none, and is deleted already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from terraform_provider import Provider

Attributes = dict[str, Any]


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def given(**members: Any) -> dict[str, Any]:  # noqa: ANN401
    """The members that have a value: Go's zero values are not sent."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


class Kind:
    """What all kinds share: a resource that is gone reads as none, and one that is gone is deleted already."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.sso = provider.sso
        self.directory = provider.directory

    def read(self, identifier: str) -> Attributes | None:
        try:
            return self.describe(identifier)
        except Exception as error:
            if self.provider.is_gone(error):
                return None
            raise

    def delete(self, identifier: str) -> None:
        try:
            self.remove(identifier)
        except Exception as error:
            if not self.provider.is_gone(error):
                raise

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        """Most kinds are replaced."""
        self.delete(identifier)
        assert self.create(wanted) == identifier
        assert before != wanted

    def describe(self, identifier: str) -> Attributes | None:
        raise NotImplementedError

    def remove(self, identifier: str) -> None:
        raise NotImplementedError

    def create(self, wanted: Attributes) -> str:
        raise NotImplementedError
