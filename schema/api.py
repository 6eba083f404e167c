"""The schema: every query, mutation and subscription, put together."""

from typing import Annotated

import strawberry
from graphql import GraphQLArgument, GraphQLObjectType, Undefined

from resolvers import looking
from schema.access.erasures import ErasureMutations, ErasureQueries
from schema.access.me import MeQueries
from schema.access.onboarding import OnboardingQueries
from schema.access.people import PeopleQueries
from schema.access.people_changes import PeopleMutations
from schema.access.personal_data import PersonalDataMutations
from schema.access.service_account_changes import ServiceAccountMutations
from schema.access.service_accounts import ServiceAccountQueries
from schema.access.signature_checks import SignatureCheckQueries
from schema.access.token_changes import TokenMutations
from schema.access.tokens import TokenQueries
from schema.access.trusted_documents import TrustedDocumentMutations, TrustedDocumentQueries
from schema.automats.automat_alarms import AutomatAlarmMutations, AutomatAlarmQueries
from schema.automats.automat_changes import AutomatMutations, AutomatQueries
from schema.automats.automat_command_changes import AutomatCommandMutations
from schema.automats.automat_commands import AutomatCommandQueries
from schema.automats.automat_link_changes import AutomatLinkMutations
from schema.automats.automat_reports import AutomatEventQueries
from schema.automats.automat_subscriptions import AutomatSubscriptions
from schema.automats.device_group_changes import DeviceGroupMutations, DeviceGroupQueries
from schema.automats.failovers import FailoverMutations, FailoverQueries
from schema.automats.locker_reports import LockerReportMutations
from schema.automats.sandboxes import SandboxMutations, SandboxQueries
from schema.contacts import ContactMutations, ContactQueries
from schema.context import Info
from schema.contracts.access_schedules import AccessScheduleQueries
from schema.contracts.agreement_changes import AgreementMutations
from schema.contracts.agreements import AgreementQueries
from schema.contracts.attachment_changes import AttachmentMutations
from schema.contracts.contract_changes import ContractMutations
from schema.contracts.contract_keys import ContractKeyMutations
from schema.contracts.contract_queries import ContractQueries
from schema.contracts.contract_rows import ContractRowMutations
from schema.contracts.public_links import ContractLinkMutations
from schema.contracts.schedule_changes import AccessScheduleMutations
from schema.contracts.template_changes import TemplateMutations
from schema.contracts.templates import TemplateQueries
from schema.entities import EntityQueries
from schema.entity_changes import EntityMutations
from schema.events import EventQueries
from schema.guards.guarded import GuardedSchema
from schema.guards.reaching import keep_within_reach
from schema.guards.refusing import PermittingExecutor
from schema.keys.desk_changes import DeskMutations
from schema.keys.key_changes import KeyMutations, KeyQueries
from schema.keys.key_rings import KeyRingMutations, KeyRingQueries
from schema.keys.key_transfers import KeyTransferQueries
from schema.keys.keys_out import KeysOutQueries
from schema.nodes import Node, is_shown, object_of
from schema.organizations.organizations import OrganizationMutations, OrganizationQueries
from schema.organizations.unit_tree import UnitTreeMutations
from schema.permissions import NOTHING, query, tell_guard, tell_needs
from schema.reservation_changes import ReservationMutations
from schema.reservation_rows import ReservationRowMutations
from schema.reservations import ReservationQueries
from schema.scalars import CONFIG, of_any_kind
from schema.selecting.address_previews import AddressChangeQueries
from schema.selecting.comparisons import ComparisonQueries
from schema.selecting.missing_automats import MissingAutomatQueries
from schema.selecting.nearest_queries import NearestQueries
from schema.selecting.placement_reviews import PlacementReviewMutations, PlacementReviewQueries
from schema.selecting.selection_modes import SelectionModeMutations
from schema.selecting.selection_queries import SelectionQueries
from schema.selecting.selection_replays import SelectionReplayQueries
from schema.selecting.shadows import SelectionShadowQueries
from schema.signing.signing_changes import SigningMutations
from schema.signing.station_changes import StationMutations
from schema.signing.station_display import StationSubscriptions
from schema.signing.stations import StationQueries


@strawberry.type(description="What can be looked up.")
class Query(
    ReservationQueries,
    SelectionQueries,
    NearestQueries,
    SelectionShadowQueries,
    SelectionReplayQueries,
    ComparisonQueries,
    MissingAutomatQueries,
    PlacementReviewQueries,
    AddressChangeQueries,
    FailoverQueries,
    EntityQueries,
    AutomatQueries,
    AutomatCommandQueries,
    AutomatAlarmQueries,
    AutomatEventQueries,
    DeviceGroupQueries,
    KeyQueries,
    KeyRingQueries,
    KeysOutQueries,
    KeyTransferQueries,
    ContractQueries,
    AccessScheduleQueries,
    TemplateQueries,
    AgreementQueries,
    StationQueries,
    ContactQueries,
    ErasureQueries,
    OrganizationQueries,
    MeQueries,
    PeopleQueries,
    EventQueries,
    SandboxQueries,
    TokenQueries,
    ServiceAccountQueries,
    SignatureCheckQueries,
    OnboardingQueries,
    TrustedDocumentQueries,
):
    @query(permission=NOTHING, description="Anything with an id; null when there is no such thing.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> Node | None:
        model, key = of_any_kind(id)
        if model is None or not is_shown(model):
            return None
        async with info.context.reading() as reading:
            row = await looking.find(reading, model, key)
        found: Node | None = None if row is None else object_of(model, row)
        return found


@strawberry.type(description="What can be done.")
class Mutation(
    ReservationMutations,
    ReservationRowMutations,
    EntityMutations,
    AutomatMutations,
    PlacementReviewMutations,
    AutomatCommandMutations,
    AutomatAlarmMutations,
    AutomatLinkMutations,
    FailoverMutations,
    DeviceGroupMutations,
    KeyMutations,
    KeyRingMutations,
    ContractMutations,
    AccessScheduleMutations,
    ContractKeyMutations,
    ContractRowMutations,
    TemplateMutations,
    AgreementMutations,
    DeskMutations,
    LockerReportMutations,
    SigningMutations,
    StationMutations,
    ContactMutations,
    ErasureMutations,
    PersonalDataMutations,
    AttachmentMutations,
    ContractLinkMutations,
    OrganizationMutations,
    PeopleMutations,
    UnitTreeMutations,
    SelectionModeMutations,
    SandboxMutations,
    TokenMutations,
    ServiceAccountMutations,
    TrustedDocumentMutations,
):
    pass


@strawberry.type(description="What can be watched, over WebSocket.")
class Subscription(StationSubscriptions, AutomatSubscriptions):
    pass


def put_together() -> GuardedSchema:
    """Make the schema, and finish what Strawberry leaves of its arguments."""
    made = GuardedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=CONFIG,
        execution_context_class=PermittingExecutor,
    )
    for type_ in made._schema.type_map.values():  # noqa: SLF001  # the only way to graphql-core's own
        if isinstance(type_, GraphQLObjectType):
            tell_guard(type_)
            for field in type_.fields.values():
                keep_within_reach(field, to_do=type_.name == "Mutation")
                tell_needs(field)
                for argument in field.args.values():
                    finish(argument)
    return made


def finish(argument: GraphQLArgument) -> None:
    """Let an argument that may be left out show no `= null`, and say what an input is for."""
    if argument.default_value is None:
        argument.default_value = Undefined
    if argument.description is None:
        argument.description = "What is asked for."


schema = put_together()
