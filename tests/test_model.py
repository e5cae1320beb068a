"""The model of Vestibule's own operations is one that Amazon's tools can read, and tells their users what they need."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.paginate import PaginatorModel
from botocore.session import Session
from botocore.validate import validate_parameters

from program import ROOT

MODELS = ROOT / "functions" / "admin" / "models"
DOCUMENT: dict[str, Any] = json.loads((MODELS / "vestibule.json").read_text())
MODEL = ServiceModel(DOCUMENT, "vestibule")
PAGINATORS: dict[str, Any] = json.loads((MODELS / "vestibule-paginators.json").read_text())

every_operation = pytest.mark.parametrize("name", MODEL.operation_names)


def shapes_within(shape: Shape | None) -> Iterator[Shape]:
    """A shape and all that it is made of."""
    if shape is None:
        return
    yield shape
    if shape.type_name == "structure":
        for member in shape.members.values():
            yield from shapes_within(member)
    elif shape.type_name == "list":
        yield from shapes_within(shape.member)
    elif shape.type_name == "map":
        yield from shapes_within(shape.key)
        yield from shapes_within(shape.value)


def shapes_of(operation: OperationModel) -> list[Shape]:
    shapes = [operation.input_shape, operation.output_shape, *operation.error_shapes]
    return [within for shape in shapes for within in shapes_within(shape)]


def test_the_service_is_described_as_clients_expect() -> None:
    metadata = MODEL.metadata
    assert MODEL.documentation
    assert (MODEL.signing_name, MODEL.endpoint_prefix, MODEL.service_id) == ("vestibule", "vestibule", "Vestibule")
    assert (metadata["protocol"], metadata["jsonVersion"], metadata["targetPrefix"]) == ("json", "1.1", "Vestibule")
    assert MODEL.api_version == "2026-11-22"


@every_operation
def test_an_operation_is_documented_with_all_its_members_and_errors(name: str) -> None:
    operation = MODEL.operation_model(name)
    assert operation.http == {"method": "POST", "requestUri": "/"}
    assert operation.documentation.strip()
    assert operation.input_shape is not None
    errors = {error.name for error in operation.error_shapes}
    assert errors >= {"AccessDeniedException", "InternalServerException", "ThrottlingException", "ValidationException"}
    for error in operation.error_shapes:
        assert error.metadata.get("exception"), error.name
        assert list(error.members) == ["Message"], error.name
        assert error.documentation, error.name
    for shape in (operation.input_shape, operation.output_shape):
        for within in shapes_within(shape):
            if within.type_name == "structure":
                for member, member_shape in within.members.items():
                    assert member_shape.documentation, f"{within.name}.{member}"
                assert set(within.required_members) <= set(within.members), within.name


@every_operation
def test_an_operation_that_takes_a_token_has_a_paginator(name: str) -> None:
    operation = MODEL.operation_model(name)
    paged = "NextToken" in operation.input_shape.members
    assert paged == (name in PAGINATORS["pagination"])
    if paged:
        paginator = PaginatorModel(PAGINATORS).get_paginator(name)
        assert paginator["limit_key"] in operation.input_shape.members
        assert {paginator["output_token"], paginator["result_key"]} <= set(operation.output_shape.members)


def test_every_shape_is_used_and_secrets_are_marked() -> None:
    operations = [MODEL.operation_model(name) for name in MODEL.operation_names]
    used = {shape.name for operation in operations for shape in shapes_of(operation)}
    assert used == set(DOCUMENT["shapes"])
    for operation in operations:
        for shape in shapes_of(operation):
            for name, member in getattr(shape, "members", {}).items():
                if name.startswith("Secret") or name == "Link":
                    assert member.metadata.get("sensitive"), f"{shape.name}.{name}"


def test_operations_and_shapes_stand_in_order() -> None:
    for part in ("operations", "shapes"):
        assert list(DOCUMENT[part]) == sorted(DOCUMENT[part])


def test_what_fits_no_shape_is_refused_before_it_is_sent() -> None:
    create = MODEL.operation_model("CreateAccessKey").input_shape
    validate_parameters({"Role": "Auditor"}, create)
    with pytest.raises(Exception, match="Missing required parameter"):
        validate_parameters({}, create)


def test_no_service_of_amazons_has_the_name() -> None:
    assert "vestibule" not in Session().get_available_services()
