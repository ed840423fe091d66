"""What every answer tells the browser, whoever made it: page, API, error or redirect."""

from django.conf import settings

EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "browsing-topics",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "hid",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "publickey-credentials-get",
            "serial",
            "usb",
        )
    ),
}


class Headers:
    """First of all middleware, so that nothing answers without it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in EVERYWHERE.items():
            response.headers[name] = value
        if not _is_static(request, response):
            response.headers["Cache-Control"] = "no-store"
        return response


def _is_static(request, response):
    return request.path.startswith(settings.STATIC_URL) and response.status_code in (200, 206, 304)
