"""What text messages say unless staff word them otherwise: by the mail beside which they go, in Korean and English.

They are proposals: whoever registers the templates has them approved first. What is short goes as an SMS (90 bytes
with its values), the others as an LMS.
"""

HEAD = "[Grow Creative]"

TEXTS = {
    "changes_requested": (
        f"{HEAD} 지원서 보완이 필요합니다. #{{기한}} 제출해 주십시오.\n#{{프로그램}} #{{기수}}\n#{{주소}}",
        f"{HEAD} Your application needs changes, #{{기한}}.\n#{{프로그램}} (#{{기수}})\n#{{주소}}",
    ),
    "offered": (
        f"{HEAD} 선정되었습니다. #{{기한}} 참여를 확정해 주십시오.\n#{{프로그램}} #{{기수}}\n#{{주소}}",
        f"{HEAD} You have been selected. Please confirm #{{기한}}.\n#{{프로그램}} (#{{기수}})\n#{{주소}}",
    ),
    "promoted": (
        f"{HEAD} 예비 순번에서 추가 선정되었습니다. #{{기한}} 참여를 확정해 주십시오."
        "\n#{프로그램} #{기수}\n#{주소}",
        f"{HEAD} A place off the waitlist is yours. Please confirm #{{기한}}."
        "\n#{프로그램} (#{기수})\n#{주소}",
    ),
    "offer_expiring": (
        f"{HEAD} 아직 참여를 확정하지 않으셨습니다. #{{기한}} 확정해 주십시오.\n#{{프로그램}} #{{기수}}\n#{{주소}}",
        f"{HEAD} Your place is not confirmed yet. Please confirm #{{기한}}.\n#{{프로그램}} (#{{기수}})\n#{{주소}}",
    ),
    "interview_booked": (
        f"{HEAD} 면접 일정이 정해졌습니다.\n#{{프로그램}} #{{기수}}\n일시: #{{일시}}\n장소: #{{장소}}"
        "\n온라인: #{접속주소}\n#{주소}",
        f"{HEAD} Your interview has a time.\n#{{프로그램}} (#{{기수}})\nWhen: #{{일시}}\nPlace: #{{장소}}"
        "\nOnline: #{접속주소}\n#{주소}",
    ),
    "interview_moved": (
        f"{HEAD} 면접 일정이 바뀌었습니다.\n#{{프로그램}} #{{기수}}\n변경 전: #{{이전일시}}\n변경 후: #{{일시}}"
        "\n장소: #{장소}\n온라인: #{접속주소}\n#{주소}",
        f"{HEAD} Your interview has moved.\n#{{프로그램}} (#{{기수}})\nBefore: #{{이전일시}}\nNow: #{{일시}}"
        "\nPlace: #{장소}\nOnline: #{접속주소}\n#{주소}",
    ),
    "interview_details": (
        f"{HEAD} 면접 장소 또는 접속 주소가 바뀌었습니다. 시간은 그대로입니다.\n#{{프로그램}} #{{기수}}"
        "\n일시: #{일시}\n장소: #{장소}\n온라인: #{접속주소}\n#{주소}",
        f"{HEAD} Your interview is at another place or link, at the same time.\n#{{프로그램}} (#{{기수}})"
        "\nWhen: #{일시}\nPlace: #{장소}\nOnline: #{접속주소}\n#{주소}",
    ),
    "interview_cancelled": (
        f"{HEAD} 면접 취소: #{{일시}} (#{{접수번호}})",
        f"{HEAD} Interview cancelled: #{{일시}}",
    ),
    "interview_tomorrow": (
        f"{HEAD} 면접이 하루 안으로 다가왔습니다.\n#{{프로그램}} #{{기수}}\n일시: #{{일시}}\n장소: #{{장소}}"
        "\n온라인: #{접속주소}\n#{주소}",
        f"{HEAD} Your interview is within a day.\n#{{프로그램}} (#{{기수}})\nWhen: #{{일시}}\nPlace: #{{장소}}"
        "\nOnline: #{접속주소}\n#{주소}",
    ),
    "interview_soon": (
        f"{HEAD} 곧 면접: #{{일시}} (#{{접수번호}})",
        f"{HEAD} Interview soon: #{{일시}}",
    ),
}
