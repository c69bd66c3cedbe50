"""What reviewers are told: that they are invited, and that files lie on their desk."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, LABEL, NAME, PROGRAM, SITE, deadline
from programs.models.selection import Reviewer

OF_REVIEWER = (
    NAME,
    PROGRAM,
    LABEL,
    needed("url", Kind.LINK, _("The reviewer's desk.")),
    deadline(_("Until when the reviews are to be handed in.")),
    CONTACT,
    SITE,
)


@event(
    FOLDER,
    "reviewer_invited",
    _("Invitation to review"),
    *OF_REVIEWER,
    needed("round", Kind.TEXT, _("The kind of the round.")),
    needed("begins", Kind.MOMENT, _("When reviewing begins.")),
)
def reviewer_invited(reviewer, *, again=False):
    """Somebody is asked to review in a round: of what, until when, where their desk is."""
    return _queue("reviewer_invited", reviewer, target=reviewer, again=again)


@event(
    FOLDER,
    "reviews_assigned",
    _("New files to review"),
    *OF_REVIEWER,
    needed("count", Kind.NUMBER, _("How many files lie on the desk.")),
)
def reviews_assigned(run, reviewer):
    """New files lie on a reviewer's desk; how many in all, and until when."""
    count = reviewer.round.reviews.live().filter(reviewer=reviewer.user_id).count()
    return _queue("reviews_assigned", reviewer, target=run, count=count)


def _queue(message, reviewer, *, target, again=False, **context):
    person, round_ = reviewer.user, reviewer.round
    cohort = round_.cohort
    with speaking(person.language):
        words = {
            "name": person.display_name,
            "program": cohort.program.title,
            "label": cohort.label,
            "round": round_.get_kind_display(),
            "begins": i18n.moment(round_.starts_at, year=True),
            "deadline": i18n.deadline(round_.due_at, year=True),
            "url": address("reviews", person.language),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            **context,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=words, again=again)


@mail.still_wanted("reviewer_invited")
def still_reviewing(reviewer_id):
    """Whether the person has not been taken off the round meanwhile."""
    return Reviewer.objects.filter(pk=reviewer_id, ended_at=None).exists()
