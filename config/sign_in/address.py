"""From where a request comes, as far as that can be believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings


def exact_address(request):
    """The address as ip_address() reads it, or None if it is unknown.

    Behind proxies it is the one that the outermost of our own proxies saw: what stands
    further left in X-Forwarded-For the client may have made up.
    """
    if settings.BEHIND_PROXY:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        found = hops[-settings.PROXY_COUNT] if len(hops) >= settings.PROXY_COUNT else ""
    else:
        found = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(found.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_address(request):
    """The address as text, or None if it is unknown: all unknown ones count as one.

    Of an IPv6 address it is the network of 64 bits, which is what one customer is given.
    """
    address = exact_address(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False).network_address)
    return address and str(address)
