"""What a request is about and how far it has come, in the words that people read."""

from __future__ import annotations

from registries.messages import N_

#: The rights of a person over their own data (PIPL 44 to 47).
RIGHTS = {
    "access": N_("See the data"), "correction": N_("Have data corrected"), "erasure": N_("Have the data erased"),
}
RIGHT_HINTS = {
    "access": N_("A copy of everything held about the person, and who looked at it."),
    "correction": N_("Some fields are wrong or out of date."),
    "erasure": N_("Name, numbers, addresses and history are blanked for good; only counts remain."),
}
STATES = {
    "received": N_("received"), "checked": N_("identity checked"), "approved": N_("approved, to be met"),
    "done": N_("done"), "refused": N_("refused"),
}
OPEN = ("received", "checked", "approved")
TONES = {"received": "info", "checked": "info", "approved": "warn", "done": "good", "refused": ""}
#: Who came with the request.
ASKED_BY = {
    "self": N_("the person"), "guardian": N_("a parent or guardian"), "agent": N_("somebody with a written power"),
    "heir": N_("a close relative of somebody who died"),
}
EVENTS = {
    "receive": N_("Received"), "check": N_("Identity checked"), "approve": N_("Approved"), "refuse": N_("Refused"),
    "finish": N_("Done"), "copy": N_("Copy opened"),
}
