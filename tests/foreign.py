"""Ways to ask for what belongs to somebody else, by its id: tables for the tests of tenancy."""

from documents import days_from_now
from public_keys import written

SOON = f'startsAt: "{days_from_now(9)}", endsAt: "{days_from_now(10)}"'
EDGES = "edges { node { id } }"
COORDINATES = "coordinates: {latitude: 60.17, longitude: 24.94}"

BY_OTHERS_IDS = [
    'reservation(id: "$reservation") { id }',
    'keyContract(id: "$key_contract") { id }',
    'reservation(externalId: "theirs") { id }',
    f'reservations(entityId: "$entity") {{ {EDGES} }}',
    'entity(id: "$entity") { id }',
    'entity(externalId: "theirs") { id }',
    f'entities(search: "theirs") {{ {EDGES} }}',
    'automat(id: "$automat") { id }',
    'automatCommand(id: "$automat_command") { id }',
    f'automatCommands(automatId: "$automat") {{ {EDGES} }}',
    f'automatAlarms(automatId: "$automat") {{ {EDGES} }}',
    f'automatEvents(automatId: "$automat") {{ {EDGES} }}',
    f'automats(search: "theirs") {{ {EDGES} }}',
    f'keys(automatId: "$automat") {{ {EDGES} }}',
    f'keys(search: "theirs") {{ {EDGES} }}',
    'key(id: "$key") { id }',
    'key(code: "theirs") { id }',
    'insertKeyTasks(automatId: "$automat") { edges { node { deadline } } }',
    "keysOut { edges { node { since } } }",
    f'lockerContracts(automatId: "$automat") {{ {EDGES} }}',
    f'contacts(search: "aino") {{ {EDGES} }}',
    f'agreements(organizationUnitId: "$unit") {{ {EDGES} }}',
    f'events(subjectId: "$reservation") {{ {EDGES} }}',
    f"notices {{ {EDGES} }}",
    f"trustedDocuments {{ {EDGES} }}",
    f"people {{ {EDGES} }}",
    f"signatureStations {{ {EDGES} }}",
    "nearestAutomats(near: {coordinates: {latitude: 60.17, longitude: 24.94}}) { rank }",
]
OURS = 'entityExternalId: "ours"'
REFUSED_SELECTIONS = [
    'entityId: "$entity"',
    'entityExternalId: "theirs"',
    f'{OURS}, automatId: "$automat"',
    f'{OURS}, deviceGroupId: "$group"',
    f'{OURS}, keyIds: ["$key"]',
    f'{OURS}, reservationId: "$reservation"',
]
SETTINGS = 'effectiveSettings(deviceGroupId: "$group") { value }'
SIGNED = 'serviceAccountId: "$service_account", method: "GET", url: "x", timestamp: "0"'
REFUSED_QUERIES = [
    'agreementPreview(agreementVersionId: "$agreement_version") { title }',
    'agreementPreview(body: "x", keyContractId: "$key_contract") { title }',
    f"organizationUnits(first: 1) {{ edges {{ node {{ {SETTINGS} }} }} }}",
    'nearestAutomats(near: {entityId: "$entity"}) { rank }',
    'nearestAutomatsGeoJson(near: {entityId: "$entity"})',
    f'nearestAutomats(near: {{{COORDINATES}}}, organizationUnitId: "$unit") {{ rank }}',
    f'nearestAutomatsGeoJson(near: {{{COORDINATES}}}, organizationUnitId: "$unit")',
    'selectionComparison(deviceGroupIds: ["$group"]) { edges { cursor } }',
    'selectionComparison(organizationUnitId: "$unit") { edges { cursor } }',
    'failoverPlan(automatId: "$automat") { reason }',
    'keyTransferSuggestions(organizationUnitId: "$unit") { edges { cursor } }',
    'missingAutomats(deviceGroupIds: ["$group"]) { entities }',
    'missingAutomats(organizationUnitId: "$unit") { entities }',
    'placementReviews(organizationUnitId: "$unit") { edges { cursor } }',
    f'addressChangePreview(entityId: "$entity", {COORDINATES}) {{ more }}',
    'selectionShadow(organizationUnitId: "$unit") { watched }',
    'selectionShadow(deviceGroupIds: ["$group"]) { watched }',
    'selectionReplay(reservationId: "$reservation") { same }',
    'partnerOnboarding(serviceAccountId: "$service_account") { ready }',
    f"signatureCheck({SIGNED}) {{ fits }}",
    *(f"automatSelection(input: {{{one}, {SOON}}}) {{ examined }}" for one in REFUSED_SELECTIONS),
]
PUSH = f'externalId: "x", contacts: [{{name: "Eve"}}], {SOON}'
MANY = "errorPolicy: REJECT_ALL, reservations: [{ROW}]"
PINS = 'pins: [{keyId: "$key", pin: "194628"}]'
ROWS = "errorPolicy: REJECT_ALL, contracts: [{ROW}]"
SWAP = 'id: "$own_by_staff", swaps: [{keyId: "$COMES", forKeyId: "$GOES"}]'
AGREED = 'defaults: {agreementIds: ["$agreement"]}'
PEOPLE = 'contacts: [{name: "Eve"}]'
KEY = "kind: MECHANICAL, storage:"
EXCLUDED = 'settings: {excludedAutomatIds: ["$automat"]}'
AUTOMAT = 'deviceId: "x", name: "x", model: LIVIONKEY_1, address: {text: "x"}'
REFUSED_MUTATIONS = {
    "reservationUpsert.entityId": f'{PUSH}, entityId: "$entity"',
    "reservationUpsert.automatId": f'{PUSH}, entityExternalId: "ours", automatId: "$automat"',
    "reservationUpsert.deviceGroupId": f'{PUSH}, entityExternalId: "ours", deviceGroupId: "$group"',
    "reservationUpsert.keyIds": f'{PUSH}, entityExternalId: "ours", keyIds: ["$key"]',
    **{
        f"reservationsUpsert.reservations.{name}": MANY.replace("ROW", f"{PUSH}, {whose}")
        for name, whose in {
            "entityId": 'entityId: "$entity"',
            "automatId": f'{OURS}, automatId: "$automat"',
            "deviceGroupId": f'{OURS}, deviceGroupId: "$group"',
            "keyIds": f'{OURS}, keyIds: ["$key"]',
        }.items()
    },
    "reservationCancel.id": 'id: "$reservation"',
    "entityCreate.deviceGroupId": 'kind: CAR, name: "x", deviceGroupId: "$group"',
    "entityCreate.organizationUnitId": 'kind: CAR, name: "x", organizationUnitId: "$unit"',
    "entityUpdate.id": 'id: "$entity", name: "x"',
    "entityUpdate.deviceGroupId": 'id: "$own_entity", deviceGroupId: "$group"',
    "entityUpdate.organizationUnitId": 'id: "$own_entity", organizationUnitId: "$unit"',
    "automatInstall.organizationUnitId": f'{AUTOMAT}, organizationUnitId: "$unit"',
    "automatInstall.deviceGroupIds": f'{AUTOMAT}, deviceGroupIds: ["$group"]',
    "automatUpdate.id": 'id: "$automat", name: "x"',
    **{
        f"{name}.id": 'id: "$automat"'
        for name in (
            *("automatInstallationPin", "automatCredentialsRotate", "automatCredentialsRevoke"),
            *("automatReplaceHardware", "automatUninstall"),
        )
    },
    "failoverApply.automatId": 'automatId: "$automat"',
    "automatOpenLocker.id": 'id: "$automat", lockerIndex: 0, reason: "x"',
    "automatClearLocker.id": 'id: "$automat", lockerIndex: 0',
    "automatRestart.id": 'id: "$automat"',
    "automatResync.id": 'id: "$automat"',
    "automatInsertKey.keyId": 'keyId: "$key", automatId: "$own_automat"',
    "automatInsertKey.automatId": 'keyId: "$own_key", automatId: "$automat"',
    "automatProgramKey.keyId": 'keyId: "$key", accessRights: []',
    "automatAlarmAcknowledge.id": 'id: "$automat_alarm"',
    "lockerUpdate.id": 'id: "$locker", outOfOrder: true',
    "placementReviewAccept.entityId": 'entityId: "$entity", reason: "x"',
    "placementReviewAccept.automatId": 'automatId: "$automat", reason: "x"',
    "placementSet.entityId": f'entityId: "$entity", {COORDINATES}, reason: "x"',
    "placementSet.automatId": f'automatId: "$automat", {COORDINATES}, reason: "x"',
    "deviceGroupCreate.automatIds": 'name: "x", automatIds: ["$automat"]',
    "deviceGroupUpdate.id": 'id: "$group", name: "x"',
    "deviceGroupUpdate.automatIds": 'id: "$own_group", automatIds: ["$automat"]',
    "organizationUnitCreate.settings.excludedAutomatIds": f'name: "x", {EXCLUDED}',
    "organizationUnitUpdate.settings.excludedAutomatIds": f'id: "$own_unit", {EXCLUDED}',
    "deviceGroupCreate.settings.excludedAutomatIds": f'name: "x", automatIds: [], {EXCLUDED}',
    "deviceGroupUpdate.settings.excludedAutomatIds": f'id: "$own_group", {EXCLUDED}',
    "selectionModeSet.organizationUnitId": 'organizationUnitId: "$unit", mode: GROUP',
    "selectionModeSet.deviceGroupId": 'deviceGroupId: "$group", mode: GROUP',
    "selectionModeUndo.organizationUnitId": 'organizationUnitId: "$unit"',
    "selectionModeUndo.deviceGroupId": 'deviceGroupId: "$group"',
    "manualStorageCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "manualStorageUpdate.id": 'id: "$desk", name: "x"',
    "keyRegister.entityIds": f'{KEY} {{automatId: "$own_automat"}}, entityIds: ["$entity"]',
    "keyRegister.storage.automatId": f'{KEY} {{automatId: "$automat"}}, entityIds: []',
    "keyRegister.storage.manualStorageId": f'{KEY} {{manualStorageId: "$desk"}}, entityIds: []',
    "keyUpdate.id": 'id: "$key", rfidTag: "00"',
    "keyUpdate.entityIds": 'id: "$own_key", entityIds: ["$entity"]',
    "keyRingCreate.keyIds": 'name: "x", keyIds: ["$own_key", "$key"]',
    "keyRingUpdate.id": 'id: "$ring", name: "x"',
    "keyRingUpdate.keyIds": 'id: "$own_ring", keyIds: ["$key"]',
    "keyContractCreate.keyIds": f'{PEOPLE}, keyIds: ["$own_key", "$key"]',
    "keyContractCreate.keyRingIds": f'{PEOPLE}, keyRingIds: ["$ring"]',
    "keyContractCreate.automatId": f'{PEOPLE}, keyIds: ["$own_key"], automatId: "$automat"',
    "keyContractUpdate.id": 'id: "$key_contract", endsAt: null',
    "keyContractUpdate.keyIds": 'id: "$own_draft", keyIds: ["$key"]',
    "keyContractUpdate.keyRingIds": 'id: "$own_draft", keyRingIds: ["$ring"]',
    "keyContractUpdate.automatId": 'id: "$own_draft", automatId: "$automat"',
    "keyContractUpdate.agreementIds": 'id: "$own_draft", agreementIds: ["$agreement"]',
    "keyContractUpdate.templateId": 'id: "$own_draft", templateId: "$template"',
    "keyContractActivate.pins.keyId": f'id: "$own_draft", {PINS}',
    "keyContractCreate.pins.keyId": f'{PEOPLE}, keyIds: ["$own_key"], {PINS}',
    "keyContractCreate.agreementIds": f'{PEOPLE}, keyIds: ["$own_key"], '
    'agreementIds: ["$agreement"]',
    "keyContractCreate.templateId": f'{PEOPLE}, keyIds: ["$own_key"], templateId: "$template"',
    **{
        f"keyContractsCreate.contracts.{name}": ROWS.replace("ROW", f"{PEOPLE}, {whose}")
        for name, whose in {
            "keyIds": 'keyIds: ["$key"]',
            "keyRingIds": 'keyRingIds: ["$ring"]',
            "automatId": 'keyIds: ["$own_key"], automatId: "$automat"',
            "agreementIds": 'keyIds: ["$own_key"], agreementIds: ["$agreement"]',
            "templateId": 'keyIds: ["$own_key"], templateId: "$template"',
            "pins.keyId": f'keyIds: ["$own_key"], {PINS}',
        }.items()
    },
    "keyContractActivate.id": 'id: "$key_contract"',
    "keyContractPinRenew.id": 'id: "$key_contract", lockerContractId: "$own_locker_contract"',
    "keyContractPinRenew.lockerContractId": 'id: "$own_key_contract", lockerContractId: '
    '"$locker_contract"',
    "keyContractKeysChange.id": 'id: "$key_contract", addKeyIds: ["$own_key"]',
    "keyContractKeysChange.addKeyIds": 'id: "$own_by_staff", addKeyIds: ["$key"]',
    "keyContractKeysChange.removeKeyIds": 'id: "$own_by_staff", removeKeyIds: ["$key"]',
    "keyContractKeysChange.swaps.keyId": SWAP.replace("COMES", "key").replace("GOES", "own_held"),
    "keyContractKeysChange.swaps.forKeyId": SWAP.replace("COMES", "own_key").replace("GOES", "key"),
    "keyBackupCodesRenew.keyId": 'keyId: "$key"',
    "contractTemplateCreate.defaults.agreementIds": f'name: "x", {AGREED}',
    "contractTemplateUpdate.defaults.agreementIds": f'id: "$own_template", {AGREED}',
    "contractTemplateCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "contractTemplateUpdate.id": 'id: "$template", name: "x"',
    "contractTemplateDelete.id": 'id: "$template"',
    "keyContractCancel.id": 'id: "$key_contract"',
    "keyContractScheduleSet.id": 'id: "$key_contract", accessSchedule: null',
    "agreementCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "agreementUpdate.id": 'id: "$agreement", name: "x"',
    "agreementRetire.id": 'id: "$agreement"',
    "agreementVersionCreate.agreementId": 'agreementId: "$agreement"',
    "agreementVersionUpdate.id": 'id: "$agreement_version", texts: []',
    "agreementVersionPublish.id": 'id: "$agreement_version"',
    "keyContractAgreementsSet.keyContractId": 'keyContractId: "$key_contract", agreementIds: []',
    "keyContractAgreementsSet.agreementIds": 'keyContractId: "$own_key_contract", '
    'agreementIds: ["$agreement"]',
    "contractLinkCreate.keyContractId": 'keyContractId: "$key_contract"',
    "contractLinkCreate.contactId": 'keyContractId: "$own_key_contract", contactId: "$contact"',
    "contractLinkRevoke.id": 'id: "$contract_link"',
    "keyHandOver.keys.id": f'{PEOPLE}, keys: [{{id: "$own_key"}}, {{id: "$key"}}]',
    "keyHandOver.keyRingIds": f'{PEOPLE}, keyRingIds: ["$ring"]',
    "keyHandOver.keyContractId": 'keys: [{id: "$own_key"}], keyContractId: "$key_contract"',
    "keyTakeBack.key.id": 'key: {id: "$key"}, manualStorageId: "$own_desk"',
    "keyTakeBack.manualStorageId": 'key: {id: "$own_key"}, manualStorageId: "$desk"',
    "keyTakeBack.keyContractId": 'key: {id: "$own_key"}, keyContractId: "$key_contract"',
    "keyTransfer.key.id": 'key: {id: "$key"}, storage: {automatId: "$own_automat"}',
    "keyTransfer.storage.automatId": 'key: {id: "$own_key"}, storage: {automatId: "$automat"}',
    "keyTransfer.storage.manualStorageId": 'key: {id: "$own_key"}, storage: '
    '{manualStorageId: "$desk"}',
    "lockerReport.automatId": 'automatId: "$automat", lockerIndex: 0, fact: KEY_FETCHED',
    "signingStart.keyContractId": 'keyContractId: "$key_contract", method: LINK',
    "signingStart.contactId": 'keyContractId: "$own_to_sign", method: LINK, contactId: "$contact"',
    "signingStart.stationId": 'keyContractId: "$own_to_sign", method: STATION, '
    'stationId: "$station"',
    "signingWithdraw.id": 'id: "$signing"',
    "signatureStationCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "signatureStationUpdate.id": 'id: "$station", name: "x"',
    "signatureStationUpdate.organizationUnitId": 'id: "$own_station", organizationUnitId: "$unit"',
    "signatureStationPairingCode.id": 'id: "$station"',
    "signatureStationUnpair.id": 'id: "$station"',
    "signatureStationRetire.id": 'id: "$station"',
    "contactUpdate.id": 'id: "$contact", name: "Eve"',
    **{
        f"attachmentRequest.{name}Id": f'name: "x", {name}Id: "{id}"'
        for name, id in {
            "keyContract": "$key_contract",
            "organizationUnit": "$unit",
            "key": "$key",
            "entity": "$entity",
        }.items()
    },
    "attachmentRemove.id": 'id: "$attachment"',
    "contactDataExport.contactId": 'contactId: "$contact"',
    "contactErase.contactId": 'contactId: "$contact"',
    "trustedDocumentRemove.id": 'id: "$trusted_document"',
    "tokenCreate.organizationUnitIds": 'name: "x", role: VIEWER, organizationUnitIds: ["$unit"]',
    "tokenRotate.id": 'id: "$token"',
    "tokenRevoke.id": 'id: "$token"',
    "serviceAccountCreate.organizationUnitIds": f'name: "x", publicKey: "{written(1)}", '
    'organizationUnitIds: ["$unit"]',
    "serviceAccountKeyRotate.id": f'id: "$service_account", publicKey: "{written(1)}"',
    "serviceAccountKeyRevoke.id": 'id: "$service_account_key"',
    "serviceAccountRevoke.id": 'id: "$service_account"',
    "personInvite.organizationUnitIds": 'email: "eve@example.org", name: "Eve", role: USER, '
    'organizationUnitIds: ["$unit"]',
    "personInvitationRenew.id": 'id: "$person"',
    "personUpdate.id": 'id: "$person", name: "Eve"',
    "personUpdate.organizationUnitIds": 'id: "$own_person", organizationUnitIds: ["$unit"]',
    "personBlock.id": 'id: "$person"',
    "personRemove.id": 'id: "$person"',
    "organizationUnitCreate.parentId": 'name: "x", parentId: "$unit"',
    "organizationUnitUpdate.id": 'id: "$unit", name: "x"',
    "organizationUnitMove.id": 'id: "$unit", parentId: "$own_unit"',
    "organizationUnitMove.parentId": 'id: "$own_unit", parentId: "$unit"',
    "organizationUnitDelete.id": 'id: "$unit"',
    "organizationUnitDelete.moveContentsToId": 'id: "$own_unit", moveContentsToId: "$unit"',
}
