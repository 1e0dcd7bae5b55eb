"""Every page that can be opened with an address alone, for whom.

What stands in braces is put in by the served district: the id of a record under the name of its kind, and what
`tests.browser.prepared` made. A page that is not named here fails
`tests.browser.test_addresses.test_every_page_is_opened_in_the_browser`.
"""

from __future__ import annotations

KINDS = ("resident", "household", "dwelling", "organisation", "facility", "place")
Addresses = tuple[tuple[str, str], ...]

DESK: Addresses = (
    ("clerk", "/desk/"), ("clerk", "/desk/search?q=王"), ("clerk", "/desk/search?q=绝无此物"),
    ("clerk", "/desk/duplicates"), ("clerk", "/desk/transfers"), ("clerk", "/desk/proposals"),
    *((role, f"/desk/{kind}/") for role, kind in zip(("clerk", "grid_worker") * 3, KINDS, strict=True)),
    *(("clerk", f"/desk/{kind}/?counts=1") for kind in ("resident", "organisation")),
    *(("clerk", f"/desk/{kind}/{{{kind}}}") for kind in KINDS),
    *(("clerk", f"/desk/{kind}/{{{kind}}}/edit") for kind in KINDS),
    *(("clerk", f"/desk/{kind}/new") for kind in KINDS),
    ("clerk", "/desk/resident/{resident}/history"), ("clerk", "/desk/resident/{resident}/retire"),
    ("clerk", "/desk/resident/{resident}/event"), ("clerk", "/desk/household/register"),
    ("clerk", "/desk/household/{household}/move"), ("clerk", "/desk/household/{household}/split"),
    ("clerk", "/desk/place/{place}/rooms"), ("grid_worker", "/desk/facility/{facility}/check"),
    ("grid_worker", "/desk/resident/{resident}/propose"), ("clerk", "/desk/resident/?sex=1&sort=-name"),
    ("clerk", "/desk/resident/?name=绝无此人"), ("clerk", "/desk/nothing/"), ("grid_worker", "/desk/"),
    ("grid_worker", "/desk/proposals"), ("clerk", "/desk/resident/proposals/{proposal}"),
    ("clerk", "/desk/organisation/bulk/{batch}"), ("clerk", "/desk/organisation/compare/{first}/{second}"),
    ("registry_admin", "/desk/organisation/compare/{first}/{second}"),
    ("registry_admin", "/desk/organisation/{merged}"),
    ("registry_admin", "/desk/organisation/{merged}/unmerge"), ("registry_admin", "/desk/duplicates?kind=organisation"),
)  # fmt: skip
FILES_AND_JOBS: Addresses = (
    ("clerk", "/desk/imports/"), ("clerk", "/desk/imports/new"), ("clerk", "/desk/imports/{import_columns}/columns"),
    *(("clerk", f"/desk/imports/{{import_{step}}}") for step in ("faulty", "staged", "applied", "undone")),
    ("clerk", "/desk/imports/{import_staged}/changes"), ("clerk", "/desk/imports/{import_applied}/undo"),
    ("clerk", "/desk/organisation/export"), ("registry_admin", "/desk/resident/export"), ("clerk", "/desk/exports/"),
    ("clerk", "/desk/exports/{export}"), ("clerk", "/desk/jobs/"), ("clerk", "/desk/jobs/{job}"),
)  # fmt: skip
ACCOUNT: Addresses = (
    *(("clerk", f"/account/{page}") for page in ("", "log", "password", "second-factor", "tokens", "confirm")),
    ("leader", "/account/openings"), ("clerk", "/api/"), ("system_admin", "/account/"),
)  # fmt: skip
LEADER: Addresses = (
    ("leader", "/leader/"), ("leader", "/leader/?kind=facility&level=community"), ("leader", "/leader/units"),
    ("leader", "/leader/units?q=加油站"), ("leader", "/leader/units?q=绝无此物"), ("leader", "/leader/searches"),
    *(("leader", f"/leader/units/{kind}/{{{kind}}}") for kind in ("organisation", "facility", "place")),
)  # fmt: skip
ADMIN: Addresses = (
    *((role, "/admin/") for role in ("system_admin", "registry_admin", "auditor")),
    *(("system_admin", f"/admin/{page}") for page in ("users", "users/new", "users/{user}", "health", "settings")),
    ("system_admin", "/admin/users?q=绝无此人"), ("system_admin", "/admin/tokens"), ("auditor", "/admin/audit"),
    ("auditor", "/admin/audit/verification"), ("auditor", "/admin/users"), ("registry_admin", "/admin/areas"),
    ("registry_admin", "/admin/areas?q=西一"), ("registry_admin", "/admin/areas/{area}"),
    ("registry_admin", "/admin/areas/{district}"), ("registry_admin", "/admin/areas/{area}/merge"),
    ("registry_admin", "/admin/areas/{area}/move"), ("registry_admin", "/admin/areas/file"),
    ("registry_admin", "/admin/areas/file/{area_file}"), ("registry_admin", "/admin/codes"),
    ("registry_admin", "/admin/codes/org_type"), ("registry_admin", "/admin/codes/org_type?q=企业"),
    ("registry_admin", "/admin/codes/sex/1"), ("registry_admin", "/admin/mappings"),
    ("registry_admin", "/admin/mappings/organisation/{source}"), ("registry_admin", "/admin/requests"),
    ("clerk", "/admin/requests/{request}"), ("registry_admin", "/admin/requests/{request}"),
    ("clerk", "/admin/requests/new/{resident}"), ("registry_admin", "/admin/requests/{copy}/copy"),
    ("registry_admin", "/admin/requests/{erase}/erase"), ("registry_admin", "/admin/requests/{erase}"),
    ("editor", "/editing/mistakes/"),
)  # fmt: skip
EDITING: Addresses = (
    ("editor", "/editing/"), ("editor", "/editing/news/new"), ("editor", "/editing/library"),
    *(("editor", f"/editing/news/{{news}}{step}") for step in ("", "/edit", "/preview", "/versions")),
    ("reviewer", "/editing/"), ("reviewer", "/editing/notice/{notice}"),
    ("editor", "/editing/library/{picture}"),
)  # fmt: skip
#: (who, address): what staff open.
STAFF: Addresses = (*DESK, *FILES_AND_JOBS, *ACCOUNT, *LEADER, *ADMIN, *EDITING)
#: What everybody may open.
PUBLIC: tuple[str, ...] = (
    "/", "/search", "/search?q=避难", "/search?q=绝无此物", "/login", "/nowhere", "/news/", "/news/{news}", "/notices/",
    "/notices/{notice}", "/projects/", "/projects/{project}", "/knowledge/", "/pages/{page}", "/map",
    "/map/{shown_facility}", "/accessibility", "/privacy", "/site-map", "/mistake?page=/news/",
)  # fmt: skip
#: Views that answer with no page: files, pictures, parts of pages, answers for programs.
NO_PAGES = frozenset({
    "static", "accounts.second_factor_picture", "accounts.session_state", "api_description.openapi", "desk.counts",
    "desk.file", "editing.choose", "desk.suggest_codes", "desk.suggest_areas", "desk.suggest_records", "exports.file",
    "health.alive", "health.ready", "metrics.show", "imports.failed_rows", "imports.template", "jobs.state",
    "media.file", "media.small", "public.set_display", "public.feed", "public.facilities_as_geojson", "public.robots",
    "public.addresses",
})  # fmt: skip
