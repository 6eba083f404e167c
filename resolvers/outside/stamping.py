"""Time stamps (RFC 3161): of a service on the network, or of the local authority."""

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from asn1crypto import cms, core, tsp, x509
from cryptography.x509 import random_serial_number
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

POLICY = "2.25.213918297418823714592043198034527816237"
"""Names our stamps' policy, under the arc for UUIDs (X.667): the time of this machine's clock."""


class LocalStamper(TimeStamper):
    """Stamps the time of this machine's clock, with a certificate of the local authority.

    Args:
        signer: Its certificate and key.
        clock: Tells the time.
    """

    def __init__(self, signer: SimpleSigner, clock: Callable[[], datetime]) -> None:
        TimeStamper.__init__(self)
        self._signer = signer
        self._clock = clock

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer a request as a service would."""
        now = self._clock().replace(microsecond=0)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": req["message_imprint"],
                "serial_number": random_serial_number(),
                "gen_time": now,
                "nonce": req["nonce"],
            }
        ).dump()
        stamp = await self._signer.async_sign_prescribed_attributes(
            "sha256",
            self._attributes(info, now),
            cms_version="v3",
            encap_content_info=cms.EncapsulatedContentInfo(
                {"content_type": "tst_info", "content": core.ParsableOctetString(info)}
            ),
        )
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": stamp})

    def _attributes(self, info: bytes, now: datetime) -> cms.CMSAttributes:
        certificate = as_signing_certificate_v2(self._signer.signing_cert)
        return cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(now)})),
                simple_cms_attribute("signing_certificate_v2", certificate),
                simple_cms_attribute("message_digest", sha256(info).digest()),
            ]
        )


class ServiceStamper(HTTPTimeStamper):
    """Asks a service for stamps, and trusts for it what it sends of its own chain.

    Sealing only collects what whoever checks a document later needs; whom to trust is theirs.
    """

    async def roots(self) -> list[x509.Certificate]:
        """Give the topmost certificates that the service has sent.

        Raises:
            TimestampRequestError: It does not answer in time, or refuses.
        """
        await self.async_dummy_response("sha256")  # asked once, then kept
        return topmost(self.cert_registry)


def topmost(certificates: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Choose the certificates whose issuer is not among the others."""
    known = list(certificates)
    subjects = {one.subject.dump() for one in known if one.ca}
    return [one for one in known if one.self_issued or one.issuer.dump() not in subjects]
