"""The schema: every query, mutation and subscription, put together."""

from typing import Annotated

import strawberry
from graphql import GraphQLArgument, GraphQLObjectType, Undefined

from resolvers import looking
from schema.access_schedules import AccessScheduleQueries
from schema.address_previews import AddressChangeQueries
from schema.agreement_changes import AgreementMutations
from schema.agreements import AgreementQueries
from schema.attachment_changes import AttachmentMutations
from schema.automat_alarms import AutomatAlarmMutations, AutomatAlarmQueries
from schema.automat_changes import AutomatMutations, AutomatQueries
from schema.automat_command_changes import AutomatCommandMutations
from schema.automat_commands import AutomatCommandQueries
from schema.automat_link_changes import AutomatLinkMutations
from schema.automat_reports import AutomatEventQueries
from schema.automat_subscriptions import AutomatSubscriptions
from schema.comparisons import ComparisonQueries
from schema.contacts import ContactMutations, ContactQueries
from schema.context import Info
from schema.contract_changes import ContractMutations
from schema.contract_keys import ContractKeyMutations
from schema.contract_queries import ContractQueries
from schema.contract_rows import ContractRowMutations
from schema.desk_changes import DeskMutations
from schema.device_group_changes import DeviceGroupMutations, DeviceGroupQueries
from schema.entities import EntityQueries
from schema.entity_changes import EntityMutations
from schema.erasures import ErasureMutations, ErasureQueries
from schema.events import EventQueries
from schema.failovers import FailoverMutations, FailoverQueries
from schema.guarded import GuardedSchema
from schema.key_changes import KeyMutations, KeyQueries
from schema.key_rings import KeyRingMutations, KeyRingQueries
from schema.key_transfers import KeyTransferQueries
from schema.keys_out import KeysOutQueries
from schema.locker_reports import LockerReportMutations
from schema.me import MeQueries
from schema.missing_automats import MissingAutomatQueries
from schema.nearest_queries import NearestQueries
from schema.nodes import Node, is_shown, object_of
from schema.onboarding import OnboardingQueries
from schema.organizations import OrganizationMutations, OrganizationQueries
from schema.people import PeopleQueries
from schema.people_changes import PeopleMutations
from schema.permissions import NOTHING, query, tell_guard, tell_needs
from schema.personal_data import PersonalDataMutations
from schema.placement_reviews import PlacementReviewMutations, PlacementReviewQueries
from schema.public_links import ContractLinkMutations
from schema.reaching import keep_within_reach
from schema.refusing import PermittingExecutor
from schema.reservation_changes import ReservationMutations
from schema.reservation_rows import ReservationRowMutations
from schema.reservations import ReservationQueries
from schema.sandboxes import SandboxMutations, SandboxQueries
from schema.scalars import CONFIG, of_any_kind
from schema.schedule_changes import AccessScheduleMutations
from schema.selection_modes import SelectionModeMutations
from schema.selection_queries import SelectionQueries
from schema.selection_replays import SelectionReplayQueries
from schema.service_account_changes import ServiceAccountMutations
from schema.service_accounts import ServiceAccountQueries
from schema.shadows import SelectionShadowQueries
from schema.signature_checks import SignatureCheckQueries
from schema.signing_changes import SigningMutations
from schema.station_changes import StationMutations
from schema.station_display import StationSubscriptions
from schema.stations import StationQueries
from schema.template_changes import TemplateMutations
from schema.templates import TemplateQueries
from schema.token_changes import TokenMutations
from schema.tokens import TokenQueries
from schema.trusted_documents import TrustedDocumentMutations, TrustedDocumentQueries
from schema.unit_tree import UnitTreeMutations


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
