"""What a page may ask of the browser beyond the page itself. Nothing here needs any of it: so it is off.

Names are those that Chromium knows, where this header has an effect; a test asks a real one for its list. Standard
library only.
"""

from __future__ import annotations

from collections.abc import Collection

SWITCHED_OFF = (
    # What the visitor's surroundings look and sound like, and where they are.
    "accelerometer camera compute-pressure display-capture geolocation gyroscope idle-detection magnetometer "
    "microphone on-device-speech-recognition screen-wake-lock speaker-selection window-management xr-spatial-tracking "
    "captured-surface-control "
    # Devices, and other machines near the visitor.
    "gamepad hid keyboard-map local-fonts local-network local-network-access loopback-network midi serial usb "
    # Who they are, and what they pay with.
    "browsing-topics digital-credentials-create digital-credentials-get identity-credentials-get otp-credentials "
    "payment private-state-token-issuance private-state-token-redemption publickey-credentials-create "
    "publickey-credentials-get storage-access "
    # What can pass for something else, or be taken unseen.
    "autoplay clipboard-read clipboard-write encrypted-media fullscreen media-playback-while-not-visible "
    "picture-in-picture "
    # Their processor.
    "language-detector language-model summarizer translator"
).split()


def permissions_policy(*, own: Collection[str] = ()) -> str:
    """Return the value of a Permissions-Policy header: everything off, but what pages of this `own` origin may use."""
    return ", ".join(f"{name}=({'self' if name in own else ''})" for name in SWITCHED_OFF)
