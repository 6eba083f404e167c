"""Which roles may ask which query and which mutation: the table for the tests of access."""

from documents import days_from_now
from public_keys import written
from things import KINDS

from models.accounts import Role
from models.base import new_id

EVERYBODY = set(Role) - {Role.STATION}
VIEWERS = EVERYBODY - {Role.INSTALLER}
RESERVERS = VIEWERS - {Role.VIEWER}
ENTITY_EDITORS = {Role.ADVANCED_USER, Role.ADMIN, Role.PARTNER}
KEY_EDITORS = {Role.ADVANCED_USER, Role.ADMIN}
REPORT_READERS = {*KEY_EDITORS, Role.PARTNER}
AUTOMAT_VIEWERS = EVERYBODY - {Role.VIEWER}
AUTOMAT_EDITORS = {Role.ADMIN, Role.INSTALLER}
OPERATORS = {Role.USER, *KEY_EDITORS, Role.INSTALLER}
DESK_CLERKS = {Role.USER, *KEY_EDITORS}
SIGNERS = {*DESK_CLERKS, Role.PARTNER}
ADMINS = {Role.ADMIN}
DISPLAYS = {Role.STATION}

COORDINATES = "coordinates: {latitude: 60.17, longitude: 24.94}"
NEAR = "near: {coordinates: {latitude: 60.17, longitude: 24.94}}"
SOON = f'startsAt: "{days_from_now(9)}", endsAt: "{days_from_now(10)}"'
STAY = f'externalId: "new", contacts: [{{name: "Aino"}}], entityId: "$entity", {SOON}'
EDGES = "edges { node { id } }"
WINDOW = '{weekdays: [1], from: "08:00", to: "17:00"}'
MONDAYS = f'timeZone: "Europe/Helsinki", schedule: {{windows: [{WINDOW}]}}'

QUERIES: dict[str, tuple[set[Role], str]] = {
    "node": (VIEWERS, '(id: "$entity") { id }'),
    "reservation": (VIEWERS, '(id: "$reservation") { id }'),
    "reservations": (VIEWERS, f'(entityId: "$entity") {{ {EDGES} }}'),
    "entity": (VIEWERS, '(id: "$entity") { id }'),
    "entities": (VIEWERS, f'(search: "ours", kind: APARTMENT) {{ {EDGES} }}'),
    "automat": (AUTOMAT_VIEWERS, '(id: "$automat") { id }'),
    "automatCommand": (AUTOMAT_VIEWERS, '(id: "$automat_command") { id }'),
    "automatCommands": (AUTOMAT_VIEWERS, f'(automatId: "$automat", state: WAITING) {{ {EDGES} }}'),
    "automatAlarms": (EVERYBODY, f'(automatId: "$automat", acknowledged: false) {{ {EDGES} }}'),
    "automatEvents": (KEY_EDITORS, f'(automatId: "$automat", kind: STARTED) {{ {EDGES} }}'),
    "automats": (AUTOMAT_VIEWERS, f'(search: "ours", state: IN_SERVICE) {{ {EDGES} }}'),
    "key": (VIEWERS, '(id: "$key") { id }'),
    "keys": (VIEWERS, f"{{ {EDGES} }}"),
    "keysOut": (VIEWERS, "{ edges { node { since } } }"),
    "insertKeyTasks": (VIEWERS, "{ edges { node { deadline } } }"),
    "keyTransferSuggestions": (VIEWERS, "{ edges { node { metresNow } } }"),
    "keyRings": (VIEWERS, f"{{ {EDGES} }}"),
    "manualStorages": (VIEWERS, f"{{ {EDGES} }}"),
    "deviceGroups": (EVERYBODY, f"{{ {EDGES} }}"),
    "keyContract": (VIEWERS, '(id: "$key_contract") { id }'),
    "keyContracts": (VIEWERS, f"(when: FUTURE) {{ {EDGES} }}"),
    "contractTemplates": (VIEWERS, f"{{ {EDGES} }}"),
    "contractDefaults": (VIEWERS, '(keyIds: ["$key"]) { value }'),
    "lockerContracts": (VIEWERS, f'(automatId: "$automat") {{ {EDGES} }}'),
    "accessSchedulePreview": (set(Role), f"({MONDAYS}) {{ startsAt }}"),
    "agreements": (VIEWERS, f'(organizationUnitId: "$unit", withRetired: true) {{ {EDGES} }}'),
    "agreementPreview": (VIEWERS, '(body: "x", keyContractId: "$key_contract") { language }'),
    "erasures": (VIEWERS, f"{{ {EDGES} }}"),
    "signatureStations": (VIEWERS, f"{{ {EDGES} }}"),
    "contacts": (VIEWERS, f'(search: "aino") {{ {EDGES} }}'),
    "organizationUnits": (EVERYBODY, f"{{ {EDGES} }}"),
    "me": (set(Role), "{ role }"),
    "people": (ADMINS, f"{{ {EDGES} }}"),
    "events": (KEY_EDITORS, f'(subjectId: "$entity") {{ {EDGES} }}'),
    "notices": (KEY_EDITORS, f"{{ {EDGES} }}"),
    "sandbox": (VIEWERS, "{ now }"),
    "tokens": (ADMINS, f"(withEnded: true) {{ {EDGES} }}"),
    "serviceAccounts": (ADMINS, f"{{ {EDGES} }}"),
    "signatureCheck": (EVERYBODY, '(method: "POST", url: "x", timestamp: "0") { digest }'),
    "partnerOnboarding": (VIEWERS, '(source: "default") { ready }'),
    "placement": (set(Role), '(address: {text: "Nowhere 1"}) { confidence }'),
    "nearestAutomats": (EVERYBODY, f"({NEAR}) {{ automat {{ id }} }}"),
    "nearestAutomatsGeoJson": (EVERYBODY, f"({NEAR})"),
    "selectionComparison": (REPORT_READERS, '(organizationUnitId: "$unit") { edges { cursor } }'),
    "failoverPlan": (AUTOMAT_EDITORS, '(automatId: "$automat") { reason }'),
    "missingAutomats": (REPORT_READERS, '(organizationUnitId: "$unit") { entities }'),
    "placementReviews": (VIEWERS, '(organizationUnitId: "$unit") { edges { cursor } }'),
    "addressChangePreview": (VIEWERS, f'(entityId: "$entity", {COORDINATES}) {{ more }}'),
    "selectionShadow": (REPORT_READERS, '(organizationUnitId: "$unit") { watched }'),
    "selectionReplay": (VIEWERS, '(reservationId: "$reservation") { same }'),
    "trustedDocuments": (ADMINS, f"{{ {EDGES} }}"),
    "trustedDocumentRoles": (ADMINS, ""),
    "automatSelection": (
        VIEWERS,
        f'(input: {{entityId: "$entity", {SOON}}}) {{ automat {{ id }} }}',
    ),
}
MUTATIONS: dict[str, tuple[set[Role], str]] = {
    "entityCreate": (ENTITY_EDITORS, 'kind: CAR, name: "Car"'),
    "entityUpdate": (ENTITY_EDITORS, 'id: "$entity", name: "B 2"'),
    "placementReviewAccept": (ENTITY_EDITORS, 'entityId: "$entity", reason: "It is right."'),
    "placementSet": (ENTITY_EDITORS, f'entityId: "$entity", {COORDINATES}, reason: "Seen."'),
    "manualStorageCreate": (KEY_EDITORS, 'name: "Desk"'),
    "manualStorageUpdate": (KEY_EDITORS, 'id: "$desk", name: "Reception"'),
    "keyRegister": (
        KEY_EDITORS,
        'kind: MECHANICAL, entityIds: ["$entity"], storage: {manualStorageId: "$desk"}',
    ),
    "keyUpdate": (KEY_EDITORS, 'id: "$key", rfidTag: "04a2"'),
    "keyBackupCodesRenew": (KEY_EDITORS, 'keyId: "$housed_key"'),
    "keyRingCreate": (KEY_EDITORS, 'name: "New", keyIds: []'),
    "keyRingUpdate": (KEY_EDITORS, 'id: "$ring", keyIds: ["$key"]'),
    "automatInstall": (
        AUTOMAT_EDITORS,
        'deviceId: "007", name: "Kallio", model: LIVIONKEY_1, address: {text: "Kallio"}',
    ),
    "automatUpdate": (AUTOMAT_EDITORS, 'id: "$automat", name: "Central"'),
    "automatInstallationPin": (AUTOMAT_EDITORS, 'id: "$automat"'),
    "automatCredentialsRotate": (AUTOMAT_EDITORS, 'id: "$automat"'),
    "automatCredentialsRevoke": (AUTOMAT_EDITORS, 'id: "$automat"'),
    "automatReplaceHardware": (AUTOMAT_EDITORS, 'id: "$automat"'),
    "failoverApply": (AUTOMAT_EDITORS, 'automatId: "$free_automat"'),
    "automatUninstall": (AUTOMAT_EDITORS, 'id: "$free_automat"'),
    "automatOpenLocker": (OPERATORS, 'id: "$linked_1", lockerIndex: 0, reason: "Stuck."'),
    "automatClearLocker": (OPERATORS, 'id: "$linked_2", lockerIndex: 0'),
    "automatRestart": (OPERATORS, 'id: "$linked_3"'),
    "automatResync": (OPERATORS, 'id: "$linked_4"'),
    "automatInsertKey": (OPERATORS, 'keyId: "$other_key", automatId: "$linked_5"'),
    "automatProgramKey": (OPERATORS, 'keyId: "$programmable", accessRights: []'),
    "automatAlarmAcknowledge": (OPERATORS, 'id: "$automat_alarm"'),
    "lockerUpdate": (AUTOMAT_EDITORS, 'id: "$locker", outOfOrder: true'),
    "deviceGroupCreate": (AUTOMAT_EDITORS, 'name: "Town", automatIds: ["$automat"]'),
    "deviceGroupUpdate": (AUTOMAT_EDITORS, 'id: "$group", name: "Centre"'),
    "selectionModeSet": (ADMINS, 'organizationUnitId: "$unit", mode: SHADOW'),
    "selectionModeUndo": (ADMINS, 'organizationUnitId: "$unit"'),
    "lockerReport": (AUTOMAT_EDITORS, 'automatId: "$automat", lockerIndex: 0, fact: KEY_FETCHED'),
    "keyContractCreate": (
        RESERVERS,
        'contacts: [{name: "Aino"}], keyIds: ["$free_key"]',
    ),
    "keyContractUpdate": (RESERVERS, 'id: "$by_staff", pickUpInformation: "Ring."'),
    "keyContractActivate": (RESERVERS, 'id: "$draft"'),
    "keyContractKeysChange": (RESERVERS, 'id: "$by_staff", addKeyIds: ["$third_key"]'),
    "keyContractPinRenew": (
        RESERVERS,
        'id: "$key_contract", lockerContractId: "$locker_contract"',
    ),
    "keyContractsCreate": (
        RESERVERS,
        'contracts: [{contacts: [{name: "Aino"}], keyIds: ["$fourth_key"]}]',
    ),
    "contractTemplateCreate": (ADMINS, 'name: "Tenants"'),
    "contractTemplateUpdate": (ADMINS, 'id: "$template", name: "Lodgers"'),
    "contractTemplateDelete": (ADMINS, 'id: "$template"'),
    "keyContractScheduleSet": (RESERVERS, 'id: "$by_staff", accessSchedule: null'),
    "keyContractCancel": (RESERVERS, 'id: "$by_staff"'),
    "agreementCreate": (ADMINS, 'name: "Rules"'),
    "agreementUpdate": (ADMINS, 'id: "$agreement", name: "Rules"'),
    "agreementVersionUpdate": (
        ADMINS,
        'id: "$agreement_version", texts: [{language: "en", title: "Rules", body: "Be nice."}]',
    ),
    "agreementVersionPublish": (ADMINS, 'id: "$agreement_version"'),
    "agreementVersionCreate": (ADMINS, 'agreementId: "$agreement"'),
    "agreementRetire": (ADMINS, 'id: "$agreement"'),
    "keyContractAgreementsSet": (RESERVERS, 'keyContractId: "$key_contract", agreementIds: []'),
    "contractLinkCreate": (RESERVERS, 'keyContractId: "$key_contract"'),
    "contractLinkRevoke": (RESERVERS, 'id: "$contract_link"'),
    "keyHandOver": (DESK_CLERKS, 'keys: [{id: "$other_key"}], contacts: [{name: "Aino"}]'),
    "keyTakeBack": (DESK_CLERKS, 'key: {id: "$key"}, manualStorageId: "$desk"'),
    "keyTransfer": (DESK_CLERKS, 'key: {id: "$key"}, storage: {manualStorageId: "$desk"}'),
    "signingStart": (SIGNERS, 'keyContractId: "$to_sign", method: LINK'),
    "signingWithdraw": (SIGNERS, 'id: "$signing"'),
    "signatureStationCreate": (ADMINS, 'name: "Kiosk"'),
    "signatureStationUpdate": (ADMINS, 'id: "$station", name: "Kiosk"'),
    "signatureStationPairingCode": (ADMINS, 'id: "$other_station"'),
    "signatureStationUnpair": (ADMINS, 'id: "$other_station"'),
    "signatureStationRetire": (ADMINS, 'id: "$other_station"'),
    "signatureStationHeartbeat": (DISPLAYS, ""),
    "contactUpdate": (RESERVERS, 'id: "$contact", phone: "+358505550002"'),
    "attachmentRequest": (RESERVERS, 'name: "a.pdf", keyId: "$key"'),
    "attachmentRemove": (RESERVERS, 'id: "$attachment"'),
    "contactDataExport": (ADMINS, 'contactId: "$past_contact"'),
    "contactErase": (ADMINS, 'contactId: "$past_contact"'),
    "organizationUnitCreate": (ADMINS, 'name: "North"'),
    "organizationUnitUpdate": (ADMINS, 'id: "$unit", name: "South"'),
    "tokenCreate": (ADMINS, 'name: "PMS", role: PARTNER'),
    "tokenRotate": (ADMINS, 'id: "$token"'),
    "tokenRevoke": (ADMINS, 'id: "$token"'),
    "serviceAccountCreate": (ADMINS, f'name: "PMS", publicKey: "{written(1)}"'),
    "serviceAccountKeyRotate": (ADMINS, f'id: "$service_account", publicKey: "{written(2)}"'),
    "serviceAccountKeyRevoke": (ADMINS, 'id: "$service_account_key"'),
    "serviceAccountRevoke": (ADMINS, 'id: "$service_account"'),
    "personInvite": (
        ADMINS,
        f'email: "{new_id().hex}@example.org", name: "Aino", role: VIEWER',
    ),
    "personInvitationRenew": (ADMINS, 'id: "$person"'),
    "personUpdate": (ADMINS, 'id: "$person", name: "Eve"'),
    "personBlock": (ADMINS, 'id: "$person"'),
    "personRemove": (ADMINS, 'id: "$person"'),
    "organizationUnitMove": (ADMINS, 'id: "$unit", parentId: "$root"'),
    "organizationUnitDelete": (ADMINS, 'id: "$empty_unit"'),
    "sandboxAdvance": ({Role.ADMIN, Role.PARTNER}, "seconds: 60"),
    "trustedDocumentAdd": (ADMINS, 'name: "Nothing", text: "{ __typename }"'),
    "trustedDocumentRemove": (ADMINS, 'id: "$trusted_document"'),
    "trustedDocumentRolesSet": (ADMINS, "roles: []"),
    "reservationUpsert": (RESERVERS, STAY),
    "reservationsUpsert": (RESERVERS, f"reservations: [{{{STAY}}}]"),
    "reservationCancel": (RESERVERS, 'id: "$reservation"'),
}
SEEN_BY = dict.fromkeys(KINDS, VIEWERS) | {
    "automat": EVERYBODY,
    "person": ADMINS,
    "locker": EVERYBODY,
    "group": EVERYBODY,
    "unit": EVERYBODY,
    "event": KEY_EDITORS,
    "automat_alarm": EVERYBODY,
    "automat_command": AUTOMAT_VIEWERS,
    "automat_event": KEY_EDITORS,
    "trusted_document": ADMINS,
    "service_account": ADMINS,
    "service_account_key": ADMINS,
    "token": ADMINS,
}
