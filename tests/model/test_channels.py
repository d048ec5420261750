"""The consented ways to reach a person."""

from replisite.model.channels import channels_of, mail_url, phone_url
from replisite.model.distributor import Channel
from replisite.model.site import CustomField


def test_channels_come_from_what_is_published():
    """Phone, e-mail, then the company's own channels in the order of site.toml."""
    custom = [
        CustomField("whatsapp", "WhatsApp", "url", is_channel=True),
        CustomField("desk", "PreviewSession", "phone", is_channel=True),
        CustomField("office", "Office", "email", is_channel=True),
        CustomField("site", "Website", "url"),
    ]
    fields = {
        "whatsapp": "https://wa.me/44/?x=1",
        "desk": "+44 1632 960101",
        "office": "o@example.com",
        "site": "https://x.example",
    }
    assert channels_of({"phone": "+44 1632 960100", "email": "jane@example.com"}, fields, custom) == (
        Channel("phone", "Phone", "+44 1632 960100", "tel:+441632960100"),
        Channel("email", "E-mail", "jane@example.com", "mailto:jane@example.com"),
        Channel("whatsapp", "WhatsApp", "wa.me/44", "https://wa.me/44/?x=1"),
        Channel("desk", "PreviewSession", "+44 1632 960101", "tel:+441632960101"),
        Channel("office", "Office", "o@example.com", "mailto:o@example.com"),
    )


def test_nothing_published_is_no_channel():
    """Empty values are no way to reach anybody."""
    assert channels_of({"name": "Jane"}, {"w": ""}, [CustomField("w", "W", "url", is_channel=True)]) == ()


def test_a_mail_link_has_nothing_that_ends_it():
    """What has a meaning in a mailto URL is encoded."""
    assert mail_url("a&b?c#d@example.com") == "mailto:a%26b%3Fc%23d@example.com"


def test_a_phone_link_keeps_the_extension():
    """RFC 3966 has a parameter for it."""
    assert phone_url("+44 1632 960100 ext. 12") == "tel:+441632960100;ext=12"
