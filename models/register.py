"""The register of what texts say: of a person, a secret, or neither (GDPR art. 30).

Every column that can hold a text or a document is in it, and a test fails for one that is not. The
trail goes by it: it keeps what plain columns were and are, what personal ones were apart from the
rest, so that it can go when the contact is erased, and of secret ones nothing. So does the export
of what is stored of a contact. A column that is not in it counts as secret.
"""

from enum import StrEnum


class Says(StrEnum):
    """What a column tells whoever reads it."""

    PLAIN = "plain"
    """Nothing of a contact, and nothing that opens anything."""
    PERSONAL = "personal"
    """Something of a contact, or whatever somebody wrote about one."""
    SECRET = "secret"  # noqa: S105 - a word, not one
    """What opens something, or what such a thing is known by: a PIN, a key, a digest of a link."""


PERSONAL: dict[str, str] = {
    "attachments": "name reason",
    "contacts": "name email phone language",
    "erasures": "reason",
    "events": "personal",
    "identifications": "identity",
    "key_contracts": "draft",
    "passkeys": "name",
    "people": "email name language",
    "person_sessions": "device",
    "signatures": "signer_name address device identity",
    "signing_processes": "content reason",
}
SECRET: dict[str, str] = {
    "attachments": "upload_digest",
    "access_tokens": "digest",
    "automat_codes": "sealed_code code_mark",
    "automat_links": "codes_key",
    "automats": "installation_pin",
    "backup_codes": "sealed_code code_mark",
    "contract_links": "secret_digest",
    "guess_counts": "place",
    "idempotent_answers": "key input_digest",
    "identifications": "state_digest proof_digest",
    "keys": "sealed_return_code return_code_mark",
    "link_authorities": "private_key",
    "locker_contracts": "sealed_pin pin_mark",
    "passkeys": "credential_id public_key",
    "people": "password_hash totp_secret",
    "person_invitations": "digest totp_secret",
    "person_sessions": "digest",
    "recovery_codes": "digest",
    "signature_stations": "pairing_digest",
    "signing_processes": "secret_digest",
    "spent_challenges": "digest",
    "staff_identities": "subject",
    "tokens": "digest",
    "used_proofs": "digest",
}
_ADDRESS = "address_text street postal_code city country_code"
_PLACE = (
    f"{_ADDRESS} placement_source matched_address placement_problem_message placement_reason "
    "placement_accepted_reason"
)
_SETTINGS = "time_zone language country_code served_area excluded_area preferred_area"
PLAIN: dict[str, str] = {
    "address_houses": "letter unit postcode postcode_keys",
    "address_imports": "fingerprint file_name country_code licence",
    "address_names": "country_code key",
    "address_postcodes": "country_code key postcode",
    "address_street_names": "name",
    "address_streets": "name",
    "address_town_names": "key country_code",
    "address_towns": "country_code name",
    "agreement_texts": "language title body digest",
    "agreements": "name",
    "automat_alarms": "details",
    "automat_commands": "reason facts",
    "automat_links": "serial firmware health",
    "automat_reports": "facts problem",
    "automat_selections": "candidates notes policy_version counterfactuals shadow inputs origin",
    "automats": (
        "device_id name time_zone hardware_id position reported_position opening_hours "
        f"access_instructions {_PLACE}"
    ),
    "contract_templates": "name defaults enforced",
    "custody_entries": "holder contradiction",
    "device_groups": f"name {_SETTINGS} excluded_models excluded_automats",
    "document_rules": "roles",
    "encryption_keys": "name",
    "erasures": "removed kept",
    "event_seals": "digest previous leaves",
    "events": "subject_type request_id facts notice changes personal_digest",
    "geocoder_turns": "service",
    "geocodes": "key provider country_code answer message licence",
    "idempotent_answers": "answer",
    "jobs": "worker error",
    "key_contracts": "reference pick_up_information language access_schedule",
    "key_rings": "name",
    "keys": "code rfid_tag",
    "link_authorities": "certificate",
    "locker_contracts": "reason stays_because",
    "manual_storages": f"name instructions {_ADDRESS}",
    "organization_units": (
        f"name customer_id {_SETTINGS} excluded_models excluded_automats address_text street "
        "postal_code city address_country_code"
    ),
    "passkeys": "transports",
    "placement_runs": "counts moves",
    "reservable_entities": f"name external_id position {_PLACE}",
    "access_tokens": "scopes",
    "reservations": "source external_id time_zone unfulfilled_message wanted_key_ids",
    "selection_areas": "digest area",
    "service_account_keys": "public_key thumbprint",
    "service_accounts": "name",
    "settings_versions": "said",
    "signature_stations": "name",
    "signatures": "offer_digest accepted",
    "signing_processes": "language content_digest agreements",
    "staff_identities": "issuer",
    "stored_files": "digest media_type",
    "tokens": "name source mark scopes",
    "trusted_documents": "name digest text",
}

REGISTER: dict[tuple[str, str], Says] = {
    (table, column): says
    for says, tables in (
        (Says.PLAIN, PLAIN),
        (Says.PERSONAL, PERSONAL),
        (Says.SECRET, SECRET),
    )
    for table, columns in tables.items()
    for column in columns.split()
}
