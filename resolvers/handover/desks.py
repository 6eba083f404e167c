"""What people do at a desk; import it from here."""

from resolvers.handover.handing_over import HandedOver, hand_over
from resolvers.handover.taking_back import take_back
from resolvers.handover.transfers import transfer
from resolvers.key_names import KeyName

__all__ = ["HandedOver", "KeyName", "hand_over", "take_back", "transfer"]
