import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mentoring.models.availability
import mentoring.models.rounds
import portal.clock
import portal.codes


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("mentoring", "0002_goals_and_scores"),
        ("portal", "0006_mail_events"),
        ("programs", "0018_service_certificates"),
    ]

    operations = [
        migrations.CreateModel(
            name="AbsenceStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("warning", "Warning by mail"), ("to_do", "To be looked at by staff")],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                ("count", models.PositiveSmallIntegerField(verbose_name="absences")),
                ("at", models.DateTimeField(default=portal.clock.now, editable=False)),
                ("settled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what was done")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absence_steps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "step after absences",
                "verbose_name_plural": "steps after absences",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["warning", "to_do"])), name="absence_step_kind_is_known"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "to_do"), ("settled_at__isnull", True)),
                        fields=("person",),
                        name="absence_step_one_to_do_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("text", models.CharField(max_length=200, verbose_name="action")),
                (
                    "owner",
                    models.CharField(
                        choices=[("mentor", "Mentor"), ("mentee", "Mentee")],
                        max_length=6,
                        verbose_name="who does it",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("due_set_at", models.DateTimeField(default=portal.clock.now, editable=False)),
                ("added_at", models.DateTimeField(default=portal.clock.now)),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "action",
                "verbose_name_plural": "actions",
                "ordering": [models.OrderBy(models.F("due_on"), nulls_last=True), "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="action_says_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("owner__in", ["mentor", "mentee"])), name="action_owner_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("done_by", None)),
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="action_done_by_someone",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["due_on"],
                        name="action_open_by_due_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(
                        default=portal.codes.new_checked_code, editable=False, max_length=20, unique=True
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("ko", "Korean"), ("en", "English")], default="ko", editable=False, max_length=2
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=200, verbose_name="whom or what it is about")),
                ("text", models.TextField(blank=True, verbose_name="what happened")),
                ("wants_contact", models.BooleanField(default=False, verbose_name="wants to be contacted")),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="how to reach the person")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Received"), ("looking", "Being looked into"), ("closed", "Closed")],
                        default="open",
                        editable=False,
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(default=portal.clock.now, editable=False, verbose_name="received"),
                ),
                ("taken_up_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("closed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="closed")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("advised", "Talked and advised"),
                            ("measures", "Measures taken"),
                            ("referred", "Passed on to the body in charge"),
                            ("nothing", "No further steps"),
                        ],
                        editable=False,
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("texts_erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="concerns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a concern",
                "verbose_name_plural": "reports of concerns",
                "ordering": ["-received_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "looking", "closed"])),
                        name="concern_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("status", "closed"),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "closed"), _negated=True), ("closed_at", None), ("outcome", "")
                            ),
                            _connector="OR",
                        ),
                        name="concern_closed_with_its_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True),
                            ("texts_erased_at__isnull", False),
                            _connector="OR",
                        ),
                        name="concern_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("texts_erased_at", None),
                            models.Q(("about", ""), ("contact", ""), ("reporter", None), ("text", "")),
                            _connector="OR",
                        ),
                        name="concern_erased_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormEvaluation",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("mid", "Mid-term evaluation"), ("final", "Final evaluation")],
                        max_length=5,
                        verbose_name="stage",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("mentor", "Mentor"), ("mentee", "Mentee")],
                        max_length=6,
                        verbose_name="written by",
                    ),
                ),
                ("draft", models.JSONField(blank=True, default=dict, editable=False)),
                ("stamps", models.JSONField(blank=True, default=dict, editable=False)),
                ("revision", models.PositiveIntegerField(default=0, editable=False)),
                ("answers", models.JSONField(blank=True, default=dict, verbose_name="answers")),
                ("goal_scores", models.JSONField(blank=True, default=list, verbose_name="scores")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("submitted", "Submitted")],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("saved_at", models.DateTimeField(default=portal.clock.now, verbose_name="saved")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="submitted")),
                ("shared_at", models.DateTimeField(blank=True, null=True, verbose_name="shared with the mentee")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "form_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.formversion",
                        verbose_name="form version",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="form_evaluations",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluation by form",
                "verbose_name_plural": "evaluations by form",
                "ordering": ["pairing", "-stage", "side"],
                "constraints": [
                    models.UniqueConstraint(fields=("pairing", "stage", "side"), name="form_evaluation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["mid", "final"])), name="form_evaluation_stage_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["mentor", "mentee"])), name="form_evaluation_side_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shared_at", None), ("status", "draft"), ("submitted_at", None)),
                            models.Q(("draft", {}), ("status", "submitted"), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="form_evaluation_submitted_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shared_at", None), ("side", "mentor"), _connector="OR"),
                        name="form_evaluation_shared_by_mentor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoalMilestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("text", models.CharField(max_length=200, verbose_name="milestone")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="milestones", to="mentoring.goal"
                    ),
                ),
            ],
            options={
                "verbose_name": "milestone",
                "verbose_name_plural": "milestones",
                "ordering": [models.OrderBy(models.F("due_on"), nulls_last=True), "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="milestone_says_something"
                    ),
                    models.UniqueConstraint(fields=("goal", "text"), name="milestone_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                (
                    "uid",
                    models.CharField(db_index=True, default=portal.codes.new_code, editable=False, max_length=20),
                ),
                ("sequence", models.PositiveIntegerField(default=0, editable=False)),
                ("starts_at", models.DateTimeField(verbose_name="begins")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                (
                    "way",
                    models.CharField(
                        choices=[("online", "Online"), ("in_person", "In person")],
                        default="online",
                        max_length=9,
                        verbose_name="where",
                    ),
                ),
                ("link", models.URLField(blank=True, verbose_name="online link")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="what it is about")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("held", "Held"),
                            ("mentor_absent", "Mentor did not come"),
                            ("mentee_absent", "Mentee did not come"),
                            ("both_absent", "Nobody came"),
                            ("cancelled", "Cancelled"),
                            ("rescheduled", "Rescheduled"),
                        ],
                        default="scheduled",
                        editable=False,
                        max_length=13,
                        verbose_name="status",
                    ),
                ),
                ("booked_at", models.DateTimeField(default=portal.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(default=portal.clock.now, editable=False)),
                ("called_off_reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("called_off_late", models.BooleanField(default=False)),
                (
                    "mentor_says",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("held", "Held"),
                            ("mentor_absent", "Mentor did not come"),
                            ("mentee_absent", "Mentee did not come"),
                            ("both_absent", "Nobody came"),
                        ],
                        max_length=13,
                    ),
                ),
                ("mentor_said_at", models.DateTimeField(blank=True, null=True)),
                ("mentor_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "mentee_says",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("held", "Held"),
                            ("mentor_absent", "Mentor did not come"),
                            ("mentee_absent", "Mentee did not come"),
                            ("both_absent", "Nobody came"),
                        ],
                        max_length=13,
                    ),
                ),
                ("mentee_said_at", models.DateTimeField(blank=True, null=True)),
                ("mentee_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(720)],
                        verbose_name="minutes held",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "booked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "called_off_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "interpreter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interpreted_meetings",
                        to="programs.expert",
                        verbose_name="interpreter",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="mentoring.meeting",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
                "ordering": ["starts_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="meeting_ends_after_it_begins",
                        violation_error_message="A meeting ends after it begins.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "scheduled",
                                    "held",
                                    "mentor_absent",
                                    "mentee_absent",
                                    "both_absent",
                                    "cancelled",
                                    "rescheduled",
                                ],
                            )
                        ),
                        name="meeting_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["online", "in_person"])), name="meeting_way_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes__isnull", False), ("status", "held")),
                            models.Q(models.Q(("status", "held"), _negated=True), ("minutes__isnull", True)),
                            _connector="OR",
                        ),
                        name="meeting_held_has_its_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "cancelled"), _negated=True),
                            models.Q(("called_off_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="meeting_cancelled_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at__isnull", False),
                                ("status__in", ("held", "mentor_absent", "mentee_absent", "both_absent")),
                            ),
                            models.Q(
                                models.Q(
                                    ("status__in", ("held", "mentor_absent", "mentee_absent", "both_absent")),
                                    _negated=True,
                                ),
                                ("settled_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_settled_has_its_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("cancelled", "rescheduled")), _negated=True),
                        fields=("pairing", "starts_at"),
                        name="meeting_once_at_a_time",
                    ),
                ],
                "indexes": [models.Index(fields=["starts_at"], name="meeting_by_start")],
            },
        ),
        migrations.CreateModel(
            name="MenteeProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                (
                    "discipline",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("writing", "Writing"),
                            ("directing", "Directing"),
                            ("producing", "Producing"),
                            ("showrunning", "Showrunning"),
                            ("cinematography", "Cinematography"),
                            ("editing", "Editing"),
                            ("vfx", "Visual effects and virtual production"),
                            ("color", "DIT and color"),
                            ("sound", "Sound"),
                            ("localization", "Dubbing and subtitling"),
                        ],
                        max_length=20,
                        verbose_name="discipline",
                    ),
                ),
                ("skills", models.JSONField(blank=True, default=list, verbose_name="skills to work on")),
                ("languages", models.JSONField(blank=True, default=list, verbose_name="languages")),
                ("brief", models.TextField(blank=True, max_length=600, verbose_name="brief")),
                ("reopened_until", models.DateTimeField(blank=True, null=True, verbose_name="open again until")),
                ("revision", models.PositiveIntegerField(default=0, editable=False)),
                ("saved_at", models.DateTimeField(default=portal.clock.now)),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="handed in")),
                (
                    "enrolment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentee_profile",
                        to="programs.enrolment",
                        verbose_name="mentee",
                    ),
                ),
            ],
            options={
                "verbose_name": "mentee's profile",
                "verbose_name_plural": "mentees' profiles",
            },
        ),
        migrations.CreateModel(
            name="MentoringRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("opens_at", models.DateTimeField(verbose_name="profiles and wishes from")),
                ("mentors_until", models.DateTimeField(verbose_name="mentors' profiles until")),
                ("wishes_until", models.DateTimeField(verbose_name="mentees' wishes until")),
                (
                    "ranks_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="After the mentees' deadline.",
                        null=True,
                        verbose_name="mentors rank briefs until",
                    ),
                ),
                (
                    "answer_hours",
                    models.PositiveSmallIntegerField(
                        default=72,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(720),
                        ],
                        verbose_name="hours for mentors to accept",
                    ),
                ),
                (
                    "undo_minutes",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="minutes in which publishing can be undone"
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("optimal", "Best for the cohort"), ("stable", "Stable")],
                        default="optimal",
                        max_length=8,
                        verbose_name="pairing",
                    ),
                ),
                (
                    "seed",
                    models.CharField(
                        blank=True,
                        help_text="Empty: made of the cohort.",
                        max_length=40,
                        verbose_name="seed of the lottery",
                    ),
                ),
                (
                    "weights",
                    models.JSONField(default=mentoring.models.rounds.usual_weights, verbose_name="weights"),
                ),
                (
                    "poor_below",
                    models.PositiveSmallIntegerField(
                        default=250,
                        validators=[django.core.validators.MaxValueValidator(1000)],
                        verbose_name="poor below",
                    ),
                ),
                (
                    "weak_below",
                    models.PositiveSmallIntegerField(
                        default=450,
                        validators=[django.core.validators.MaxValueValidator(1000)],
                        verbose_name="weak below",
                    ),
                ),
                ("least_wishes", models.PositiveSmallIntegerField(default=3, verbose_name="wishes at least")),
                (
                    "least_parts",
                    models.PositiveSmallIntegerField(
                        default=8,
                        help_text="Of 21: mornings, afternoons and evenings. Few parts can be used to force a mentor.",
                        verbose_name="parts of the week at least",
                    ),
                ),
                (
                    "least_minutes",
                    models.PositiveSmallIntegerField(default=60, verbose_name="common minutes a week at least"),
                ),
                (
                    "mentors_rank",
                    models.BooleanField(
                        default=False,
                        help_text="Mentors read each mentee's brief without name, and may rank those they would like.",
                        verbose_name="mentors rank briefs",
                    ),
                ),
                (
                    "is_camp",
                    models.BooleanField(
                        default=False,
                        help_text="Meetings stand in one timetable that staff publish.",
                        verbose_name="camp",
                    ),
                ),
                (
                    "meeting_minutes",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(480),
                        ],
                        verbose_name="minutes of a meeting",
                    ),
                ),
                (
                    "meetings_planned",
                    models.PositiveSmallIntegerField(default=6, verbose_name="meetings planned a pair"),
                ),
                ("hourly_rate", models.PositiveIntegerField(default=0, verbose_name="honorarium an hour (KRW)")),
                ("mid_due", models.DateField(blank=True, null=True, verbose_name="mid-term evaluation due")),
                ("final_due", models.DateField(blank=True, null=True, verbose_name="final evaluation due")),
                (
                    "cohort",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentoring_round",
                        to="programs.cohort",
                        verbose_name="cohort",
                    ),
                ),
                (
                    "final_form",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.formversion",
                        verbose_name="form of the final evaluation",
                    ),
                ),
                (
                    "mid_form",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.formversion",
                        verbose_name="form of the mid-term evaluation",
                    ),
                ),
            ],
            options={
                "verbose_name": "mentoring round",
                "verbose_name_plural": "mentoring rounds",
                "ordering": ["-opens_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mentors_until__gt", models.F("opens_at")), ("wishes_until__gt", models.F("opens_at"))
                        ),
                        name="mentoring_round_dates_in_order",
                        violation_error_message="The deadlines lie after the opening.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ranks_until", None), ("ranks_until__gt", models.F("wishes_until")), _connector="OR"
                        ),
                        name="mentoring_round_ranks_after_wishes",
                        violation_error_message="Briefs are ranked after the mentees' deadline.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("poor_below__lte", models.F("weak_below")), ("weak_below__lte", 1000)),
                        name="mentoring_round_bands_in_order",
                        violation_error_message="Poor lies below weak, and both within 1,000.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["optimal", "stable"])),
                        name="mentoring_round_mode_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("least_parts__lte", 21)), name="mentoring_round_parts_of_a_week"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mid_due", None), ("mid_form", None)),
                            models.Q(("mid_due__isnull", False), ("mid_form__isnull", False)),
                            _connector="OR",
                        ),
                        name="mentoring_round_mid_form_with_its_day",
                        violation_error_message="The mid-term evaluation has a form and a day, or neither.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("final_form", None), ("final_due__isnull", False), _connector="OR"),
                        name="mentoring_round_final_form_with_its_day",
                        violation_error_message="The final evaluation by a form has a day by which it is due.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mid_due", None),
                            ("final_due", None),
                            ("final_due__gt", models.F("mid_due")),
                            _connector="OR",
                        ),
                        name="mentoring_round_final_after_mid",
                        violation_error_message="The final evaluation is due after the mid-term one.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RematchRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("mentor", "Mentor"), ("mentee", "Mentee")], max_length=6, verbose_name="side"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("schedule", "Schedule or time zone"),
                            ("language", "Language"),
                            ("field", "The field does not fit"),
                            ("silence", "No answer from the other"),
                            ("behavior", "Behavior"),
                            ("other", "Something else"),
                        ],
                        max_length=8,
                        verbose_name="what does not work",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="what staff should know")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "With the staff"),
                            ("talking", "Talking first"),
                            ("granted", "Granted"),
                            ("refused", "Not granted"),
                            ("withdrawn", "Taken back"),
                            ("lapsed", "Settled by the end of the pair"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                ("ask_again_on", models.DateField(blank=True, null=True, verbose_name="asked again on")),
                ("asked_at", models.DateTimeField(default=portal.clock.now, verbose_name="asked")),
                ("due_at", models.DateTimeField(verbose_name="to be decided by")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="answer")),
                (
                    "asker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rematch_requests",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "re-match request",
                "verbose_name_plural": "re-match requests",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["open", "talking"])),
                        fields=("pairing", "side"),
                        name="rematch_one_waiting_per_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["mentor", "mentee"])), name="rematch_side_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["schedule", "language", "field", "silence", "behavior", "other"])
                        ),
                        name="rematch_cause_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "talking", "granted", "refused", "withdrawn", "lapsed"])
                        ),
                        name="rematch_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("status__in", ["open", "talking"])),
                            models.Q(
                                models.Q(("status__in", ["open", "talking"]), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="rematch_settled_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["granted", "refused"]), _negated=True),
                            models.Q(models.Q(("reason", ""), _negated=True), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="rematch_decided_with_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="rematch_refused_tells_the_asker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "talking"), _negated=True),
                            ("ask_again_on__isnull", False),
                            _connector="OR",
                        ),
                        name="rematch_talking_has_its_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SafeguardingOfficer",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("named_at", models.DateTimeField(default=portal.clock.now, editable=False, verbose_name="named")),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="ended")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="named by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="safeguarding_duties",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "safeguarding officer",
                "verbose_name_plural": "safeguarding officers",
                "ordering": ["-named_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user",),
                        name="safeguarding_officer_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Week",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "zone",
                    models.CharField(
                        default="Asia/Seoul",
                        max_length=64,
                        validators=[mentoring.models.availability.check_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "buffer_minutes",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[django.core.validators.MaxValueValidator(240)],
                        verbose_name="minutes between two meetings",
                    ),
                ),
                (
                    "notice_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[django.core.validators.MaxValueValidator(336)],
                        verbose_name="hours of notice before a meeting",
                    ),
                ),
                ("changed_at", models.DateTimeField(default=portal.clock.now)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="week",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "usual week",
                "verbose_name_plural": "usual weeks",
            },
        ),
        migrations.CreateModel(
            name="WorkSample",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("with_other", models.BooleanField(default=True)),
                ("with_staff", models.BooleanField(default=False)),
                ("readable_until", models.DateField(verbose_name="last day")),
                ("handed_in_at", models.DateTimeField(default=portal.clock.now)),
                ("changed_at", models.DateTimeField(default=portal.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "mentors",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="mentoring.mentorprofile", verbose_name="other mentors"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "work sample",
                "verbose_name_plural": "work samples",
                "ordering": ["-changed_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="sample_has_a_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            ("withdrawn_at__gte", models.F("handed_in_at")),
                            _connector="OR",
                        ),
                        name="sample_withdrawn_after_it_came",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Health",
            fields=[],
            options={
                "verbose_name": "health of a mentoring round",
                "verbose_name_plural": "health board",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("mentoring.mentoringround",),
        ),
        migrations.CreateModel(
            name="Camp",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "minimum_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Shorter slots are not used.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(480),
                        ],
                        verbose_name="minutes of a meeting at least",
                    ),
                ),
                (
                    "buffer_minutes",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(240)],
                        verbose_name="minutes between two meetings of a person",
                    ),
                ),
                (
                    "most_a_day",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="meetings of a mentor or interpreter a day at most",
                    ),
                ),
                (
                    "weeks_count",
                    models.BooleanField(
                        default=True,
                        help_text="A mentor is then there only in the hours of their usual week, in their own time zone.",
                        verbose_name="mentors' usual weeks count",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the meetings are online.",
                        max_length=200,
                        verbose_name="place",
                    ),
                ),
                ("link", models.URLField(blank=True, verbose_name="online link")),
                ("counts", models.JSONField(blank=True, default=dict, editable=False)),
                ("waived", models.JSONField(blank=True, default=list, editable=False)),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="camp",
                        to="mentoring.mentoringround",
                        verbose_name="mentoring round",
                    ),
                ),
            ],
            options={
                "verbose_name": "camp",
                "verbose_name_plural": "camps",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField(default=portal.clock.now, editable=False)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "concern",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looks", to="mentoring.concern"
                    ),
                ),
            ],
            options={
                "verbose_name": "look into a case file",
                "verbose_name_plural": "looks into case files",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("at", models.DateTimeField(default=portal.clock.now, editable=False)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "concern",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="mentoring.concern"
                    ),
                ),
            ],
            options={
                "verbose_name": "case note",
                "verbose_name_plural": "case notes",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="case_note_says_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConcernMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("text", models.TextField(verbose_name="text")),
                ("at", models.DateTimeField(default=portal.clock.now, editable=False)),
                (
                    "concern",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="mentoring.concern"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "message about a concern",
                "verbose_name_plural": "messages about concerns",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="concern_message_says_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeclaredConflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("words", models.CharField(max_length=300, verbose_name="who, and how you know each other")),
                ("at", models.DateTimeField(default=portal.clock.now)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("excluded", "Excluded"), ("dismissed", "No conflict")],
                        editable=False,
                        max_length=9,
                    ),
                ),
                (
                    "settle_reason",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="reason"),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="declared_conflicts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="mentoring.mentorprofile",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="declared",
                        to="mentoring.mentoringround",
                    ),
                ),
            ],
            options={
                "verbose_name": "declared conflict",
                "verbose_name_plural": "declared conflicts",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="declared_conflict_says_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("outcome__in", ["excluded", "dismissed"]),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="declared_conflict_settled_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safeguarding", "Contact block"),
                            ("for_cause", "Ended for cause"),
                            ("conflict", "Conflict of interest"),
                            ("declined", "Declined"),
                            ("staff", "Excluded by staff"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField(default=portal.clock.now, verbose_name="when")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to="mentoring.mentorprofile",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to="mentoring.mentoringround",
                    ),
                ),
            ],
            options={
                "verbose_name": "exclusion",
                "verbose_name_plural": "exclusions",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["safeguarding", "for_cause", "conflict", "declined", "staff"])
                        ),
                        name="exclusion_kind_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True), ("round__isnull", False)),
                        fields=("round", "mentor", "person", "kind"),
                        name="exclusion_live_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True), ("round__isnull", True)),
                        fields=("mentor", "person", "kind"),
                        name="exclusion_everywhere_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingFeedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("mentor", "Mentor"), ("mentee", "Mentee")], max_length=6, verbose_name="said by"
                    ),
                ),
                (
                    "useful",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Not useful"),
                            (2, "A little useful"),
                            (3, "Fairly useful"),
                            (4, "Useful"),
                            (5, "Very useful"),
                        ],
                        verbose_name="how useful",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="what helped or should change")),
                (
                    "given_at",
                    models.DateTimeField(default=portal.clock.now, editable=False, verbose_name="said on"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="mentoring.meeting",
                        verbose_name="meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "feedback on a meeting",
                "verbose_name_plural": "feedback on meetings",
                "ordering": ["-given_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "side"), name="meeting_feedback_once_a_side"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["mentor", "mentee"])),
                        name="meeting_feedback_side_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("useful__range", (1, 5))), name="meeting_feedback_is_one_to_five"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoteDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "audience",
                    models.CharField(
                        blank=True,
                        choices=[("private", "Only me"), ("staff", "Mentors and staff"), ("shared", "Shared")],
                        max_length=7,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField(default=portal.clock.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="mentoring.meeting",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="mentoring.pairing"
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a note",
                "verbose_name_plural": "drafts of notes",
                "constraints": [
                    models.UniqueConstraint(fields=("pairing", "author"), name="note_draft_one_a_pair"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audience", ""), ("audience__in", ["private", "staff", "shared"]), _connector="OR"
                        ),
                        name="note_draft_audience_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PairingRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new", "First pairing"),
                            ("fewest", "Fewest moves"),
                            ("no_poor", "No new poor pair"),
                            ("full", "Everything anew"),
                        ],
                        default="new",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("optimal", "Best for the cohort"), ("stable", "Stable")],
                        default="optimal",
                        max_length=8,
                        verbose_name="pairing",
                    ),
                ),
                ("problem", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("plan", models.JSONField()),
                ("facts", models.JSONField(default=dict)),
                ("matched", models.PositiveIntegerField(default=0)),
                ("poor", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("weak", models.PositiveIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=portal.clock.now)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("undo_until", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="mentoring.mentoringround",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "pairing run",
                "verbose_name_plural": "pairing runs",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "number"), name="pairing_run_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["new", "fewest", "no_poor", "full"])),
                        name="pairing_run_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["optimal", "stable"])), name="pairing_run_mode_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at", None),
                                ("published_by", None),
                                ("undo_until", None),
                                ("undone_at", None),
                            ),
                            models.Q(
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                ("undo_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="pairing_run_published_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PairLock",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "is_override",
                    models.BooleanField(
                        default=False, help_text="Set although a rule stands against the pair; the reason says why."
                    ),
                ),
                ("at", models.DateTimeField(default=portal.clock.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.enrolment"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="mentoring.mentorprofile"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="locks",
                        to="mentoring.mentoringround",
                    ),
                ),
            ],
            options={
                "verbose_name": "locked pair",
                "verbose_name_plural": "locked pairs",
                "constraints": [
                    models.UniqueConstraint(fields=("round", "enrolment"), name="pair_lock_one_per_mentee"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_override", False), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="pair_lock_override_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivateNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("written_at", models.DateTimeField(default=portal.clock.now)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.meeting",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "private note",
                "verbose_name_plural": "private notes",
                "ordering": ["-written_at", "-pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="privatenote_says_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundMentor",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: as the mentor's profile says.",
                        null=True,
                        verbose_name="mentees in this round",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("invited", "Invited"), ("in", "Takes part"), ("out", "Does not take part")],
                        default="invited",
                        editable=False,
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("invited_at", models.DateTimeField(default=portal.clock.now, editable=False)),
                ("answered_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "decline_reason",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="reason"),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="mentoring.mentorprofile",
                        verbose_name="mentor",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentors",
                        to="mentoring.mentoringround",
                    ),
                ),
            ],
            options={
                "verbose_name": "mentor of a round",
                "verbose_name_plural": "mentors of a round",
                "constraints": [
                    models.UniqueConstraint(fields=("round", "mentor"), name="round_mentor_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["invited", "in", "out"])), name="round_mentor_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("link", models.URLField(blank=True, max_length=500)),
                ("name", models.CharField(max_length=200)),
                ("added_at", models.DateTimeField(default=portal.clock.now)),
                (
                    "upload",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.upload",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="mentoring.worksample",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a work sample",
                "verbose_name_plural": "versions of work samples",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("sample", "number"), name="sample_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("upload__isnull", True), ("link", ""), _connector="OR"),
                        name="sample_version_is_a_file_or_a_link",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 20))), name="sample_version_among_the_most"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("written_at", models.DateTimeField(default=portal.clock.now)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.meeting",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "shared note",
                "verbose_name_plural": "shared notes",
                "ordering": ["-written_at", "-pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="sharednote_says_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("written_at", models.DateTimeField(default=portal.clock.now)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.meeting",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.pairing",
                        verbose_name="pair",
                    ),
                ),
            ],
            options={
                "verbose_name": "note for mentors and staff",
                "verbose_name_plural": "notes for mentors and staff",
                "ordering": ["-written_at", "-pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="staffnote_says_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("month", models.DateField(help_text="Its first day.", verbose_name="month")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("approved", "Approved"), ("paid", "Paid")],
                        default="draft",
                        editable=False,
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("minutes", models.IntegerField(default=0, editable=False, verbose_name="minutes")),
                ("amount", models.BigIntegerField(default=0, editable=False, verbose_name="amount (KRW)")),
                ("digest", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "drawn_up_at",
                    models.DateTimeField(default=portal.clock.now, editable=False, verbose_name="drawn up"),
                ),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="approved"),
                ),
                ("paid_on", models.DateField(blank=True, editable=False, null=True, verbose_name="paid on")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="mentoring.mentorprofile",
                        verbose_name="mentor",
                    ),
                ),
                (
                    "paid_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="mentoring.mentoringround",
                        verbose_name="mentoring round",
                    ),
                ),
            ],
            options={
                "verbose_name": "honorarium statement",
                "verbose_name_plural": "honorarium statements",
                "ordering": ["-month", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "mentor", "month"), name="statement_once_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="statement_month_by_its_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at", None),
                                ("approved_by", None),
                                ("digest", ""),
                                ("paid_by", None),
                                ("paid_on", None),
                                ("status", "draft"),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("paid_on", None),
                                ("status", "approved"),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("paid_by__isnull", False),
                                ("paid_on__isnull", False),
                                ("status", "paid"),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="statement_status_with_its_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WeekException",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("first_day", models.DateField(verbose_name="from")),
                ("last_day", models.DateField(verbose_name="until")),
                ("starts", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("ends", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "week",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exceptions", to="mentoring.week"
                    ),
                ),
            ],
            options={
                "verbose_name": "exception",
                "verbose_name_plural": "exceptions",
                "ordering": ["first_day", "starts"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="week_exception_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends", None), ("starts", None)),
                            models.Q(("ends__gt", models.F("starts")), ("ends__lte", 1440)),
                            _connector="OR",
                        ),
                        name="week_exception_away_or_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WeekPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="day",
                    ),
                ),
                ("starts", models.PositiveSmallIntegerField(verbose_name="from")),
                ("ends", models.PositiveSmallIntegerField(verbose_name="until")),
                (
                    "week",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="mentoring.week"
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a week",
                "verbose_name_plural": "parts of a week",
                "ordering": ["weekday", "starts"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__range", (0, 6))), name="week_part_on_a_weekday"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gt", models.F("starts")), ("ends__lte", 1440)),
                        name="week_part_within_its_day",
                    ),
                    models.UniqueConstraint(fields=("week", "weekday", "starts"), name="week_part_starts_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "mentee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes",
                        to="mentoring.menteeprofile",
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="mentoring.mentorprofile"
                    ),
                ),
            ],
            options={
                "verbose_name": "wish",
                "verbose_name_plural": "wishes",
                "ordering": ["rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("mentee", "mentor"), name="wish_mentor_once"),
                    models.UniqueConstraint(fields=("mentee", "rank"), name="wish_rank_once"),
                    models.CheckConstraint(condition=models.Q(("rank__gte", 1)), name="wish_ranks_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampInterpreter",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("languages", models.JSONField(default=list, verbose_name="languages")),
                (
                    "camp",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interpreters",
                        to="mentoring.camp",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.expert",
                        verbose_name="interpreter",
                    ),
                ),
            ],
            options={
                "verbose_name": "interpreter of a camp",
                "verbose_name_plural": "interpreters of a camp",
                "ordering": ["expert__name_ko", "pk"],
                "constraints": [models.UniqueConstraint(fields=("camp", "expert"), name="camp_interpreter_once")],
            },
        ),
        migrations.CreateModel(
            name="CampSlot",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("starts_at", models.DateTimeField(verbose_name="begins")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                (
                    "camp",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slots", to="mentoring.camp"
                    ),
                ),
            ],
            options={
                "verbose_name": "slot of a camp",
                "verbose_name_plural": "slots of a camp",
                "ordering": ["starts_at", "ends_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("camp", "starts_at", "ends_at"), name="camp_slot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="camp_slot_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("lift_reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "concern",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="blocks", to="mentoring.concern"
                    ),
                ),
                (
                    "exclusion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_block",
                        to="mentoring.exclusion",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact block",
                "verbose_name_plural": "contact blocks",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MentorWish",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "mentee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="mentoring.menteeprofile"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes",
                        to="mentoring.roundmentor",
                    ),
                ),
            ],
            options={
                "verbose_name": "mentor's wish",
                "verbose_name_plural": "mentors' wishes",
                "ordering": ["rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("mentor", "mentee"), name="mentor_wish_mentee_once"),
                    models.UniqueConstraint(fields=("mentor", "rank"), name="mentor_wish_rank_once"),
                    models.CheckConstraint(condition=models.Q(("rank__gte", 1)), name="mentor_wish_ranks_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedWording",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("until", models.DateTimeField(default=portal.clock.now)),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earlier",
                        to="mentoring.sharednote",
                    ),
                ),
            ],
            options={
                "verbose_name": "earlier wording",
                "verbose_name_plural": "earlier wordings",
                "ordering": ["-until", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StaffWording",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("until", models.DateTimeField(default=portal.clock.now)),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earlier",
                        to="mentoring.staffnote",
                    ),
                ),
            ],
            options={
                "verbose_name": "earlier wording",
                "verbose_name_plural": "earlier wordings",
                "ordering": ["-until", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("is_correction", models.BooleanField(default=False)),
                ("starts_at", models.DateTimeField()),
                ("minutes", models.IntegerField()),
                ("rate", models.PositiveIntegerField()),
                ("amount", models.BigIntegerField()),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_lines",
                        to="mentoring.meeting",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="mentoring.statement"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a statement",
                "verbose_name_plural": "lines of a statement",
                "ordering": ["starts_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_correction", False)),
                        fields=("meeting",),
                        name="statement_line_meeting_once",
                    ),
                    models.UniqueConstraint(
                        fields=("statement", "meeting"), name="statement_line_once_in_its_statement"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_correction", True),
                            models.Q(("amount__gte", 0), ("minutes__gt", 0)),
                            _connector="OR",
                        ),
                        name="statement_line_pays_for_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Timetable",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("making", "Being made"),
                            ("made", "Draft"),
                            ("impossible", "Nothing fits"),
                            ("undecided", "Stopped"),
                            ("published", "Published"),
                            ("replaced", "Replaced"),
                        ],
                        default="making",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("problem", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("previous", models.JSONField(null=True)),
                ("plan", models.JSONField(null=True)),
                ("reasons", models.JSONField(null=True)),
                ("made_at", models.DateTimeField(default=portal.clock.now, verbose_name="made")),
                ("seconds", models.FloatField(null=True)),
                ("published_at", models.DateTimeField(null=True, verbose_name="published")),
                (
                    "camp",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="timetables", to="mentoring.camp"
                    ),
                ),
                (
                    "changed_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mentoring.timetable",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("meetings", models.ManyToManyField(related_name="timetables", to="mentoring.meeting")),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "timetable",
                "verbose_name_plural": "timetables",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("camp", "number"), name="timetable_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("camp",),
                        name="timetable_one_published_per_camp",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["making", "made", "impossible", "undecided", "published", "replaced"])
                        ),
                        name="timetable_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", False), ("state__in", ("published", "replaced"))),
                            models.Q(
                                ("published_at", None), ("state__in", ("making", "made", "impossible", "undecided"))
                            ),
                            _connector="OR",
                        ),
                        name="timetable_published_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampAbsence",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("is_wish", models.BooleanField(default=False, verbose_name="would rather be free")),
                (
                    "camp",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="mentoring.camp"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="camp_absences",
                        to="programs.enrolment",
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="camp_absences",
                        to="mentoring.mentorprofile",
                    ),
                ),
                (
                    "interpreter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to="mentoring.campinterpreter",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["starts_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enrolment", None), ("interpreter", None), ("mentor__isnull", False)),
                            models.Q(("enrolment__isnull", False), ("interpreter", None), ("mentor", None)),
                            models.Q(("enrolment", None), ("interpreter__isnull", False), ("mentor", None)),
                            _connector="OR",
                        ),
                        name="camp_absence_of_one_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="camp_absence_ends_after"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="goal",
            name="state",
            field=models.CharField(
                choices=[("open", "Open"), ("reached", "Reached"), ("dropped", "Dropped")],
                default="open",
                max_length=7,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="goal",
            name="state_word",
            field=models.CharField(blank=True, max_length=200, verbose_name="in a word"),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="capacity_overall",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Over all cohorts. Empty: no limit.",
                null=True,
                verbose_name="mentees at the same time",
            ),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="conduct_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="code of conduct accepted"
            ),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="profile confirmed"),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="discipline",
            field=models.CharField(
                blank=True,
                choices=[
                    ("writing", "Writing"),
                    ("directing", "Directing"),
                    ("producing", "Producing"),
                    ("showrunning", "Showrunning"),
                    ("cinematography", "Cinematography"),
                    ("editing", "Editing"),
                    ("vfx", "Visual effects and virtual production"),
                    ("color", "DIT and color"),
                    ("sound", "Sound"),
                    ("localization", "Dubbing and subtitling"),
                ],
                max_length=20,
                verbose_name="discipline",
            ),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="languages",
            field=models.JSONField(blank=True, default=list, verbose_name="languages"),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="monthly_limit",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="Empty: no limit.", null=True, verbose_name="meetings a month"
            ),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="pledged_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="pledge of confidentiality"
            ),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="second_disciplines",
            field=models.JSONField(blank=True, default=list, verbose_name="other disciplines"),
        ),
        migrations.AddField(
            model_name="mentorprofile",
            name="skills",
            field=models.JSONField(blank=True, default=list, verbose_name="skills offered"),
        ),
        migrations.AddField(
            model_name="pairing",
            name="accepted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="accepted"),
        ),
        migrations.AddField(
            model_name="pairing",
            name="answer_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="answer until"),
        ),
        migrations.AddField(
            model_name="pairing",
            name="choice",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="pairing",
            name="end_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("staff", "Ended by staff"),
                    ("finished", "Finished"),
                    ("declined", "Declined by the mentor"),
                    ("undone", "Publishing undone"),
                    ("moved", "Paired anew"),
                    ("left", "The mentee left"),
                    ("mentor_left", "The mentor left"),
                    ("for_cause", "Ended for cause"),
                ],
                editable=False,
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="pairing",
            name="why",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "reached", "dropped"])), name="goal_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dropped"), _negated=True),
                    models.Q(("state_word", ""), _negated=True),
                    _connector="OR",
                ),
                name="goal_dropped_says_why",
            ),
        ),
        migrations.AddField(
            model_name="pairing",
            name="ended_run",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ended_pairings",
                to="mentoring.pairingrun",
            ),
        ),
        migrations.AddField(
            model_name="pairing",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pairings",
                to="mentoring.pairingrun",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_kind", ""),
                    models.Q(
                        (
                            "end_kind__in",
                            [
                                "staff",
                                "finished",
                                "declined",
                                "undone",
                                "moved",
                                "left",
                                "mentor_left",
                                "for_cause",
                            ],
                        ),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="pairing_end_kind_is_known",
            ),
        ),
    ]
