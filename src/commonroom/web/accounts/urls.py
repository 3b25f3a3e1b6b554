"""Addresses of people's own pages, and of who belongs where."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from commonroom.web.accounts import joining, members, views


def _people(kind: str, before: str) -> list[URLPattern]:
    """The pages of people of one kind of place."""
    of = {"kind": kind}
    return [
        path(f"{before}people/", members.people, of, name=f"{kind}-people"),
        path(f"{before}people.csv", members.people_csv, of, name=f"{kind}-people-csv"),
        path(f"{before}people/invite/", members.invite, of, name=f"{kind}-invite"),
    ]


urlpatterns: list[URLPattern] = [
    path("people/2fa/", RedirectView.as_view(pattern_name="security"), name="mfa_index"),
    path("me/settings/", views.settings, name="settings"),
    path("me/security/", views.security, name="security"),
    path("me/sessions/<int:pk>/end/", views.end_session, name="session-end"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<int:pk>/revoke/", views.revoke_token, name="token-revoke"),
    path("join/", joining.join, name="join"),
    path("join/<str:secret>/", joining.follow, name="join-follow"),
    *_people("school", "schools/<str:key>/"),
    *_people("system", "systems/<slug:key>/"),
    *_people("site", "site/"),
    path("memberships/<int:pk>/end/", members.end, name="membership-end"),
    path("memberships/<int:pk>/recover/", members.recover, name="membership-recover"),
    path("invitations/<int:pk>/withdraw/", members.withdraw, name="invitation-withdraw"),
]
