"""Every icon of the portal: drawn on a square of sixteen, filled with the color of the text beside it."""

# ruff: noqa: E501  (a drawing stays on its line)
from django.utils.html import format_html
from django.utils.safestring import mark_safe

PATHS = {
    "arrow": "M8.4 2.6 13.8 8l-5.4 5.4L7 12l3-3H2V7h8L7 4Z",
    "back": "M7.6 2.6 2.2 8l5.4 5.4L9 12 6 9h8V7H6l3-3Z",
    "bell": "M8 1a1 1 0 0 1 1 1 4.5 4.5 0 0 1 3.5 4.4V10L14 12v1H2v-1l1.5-2V6.4A4.5 4.5 0 0 1 7 2a1 1 0 0 1 1-1ZM6 14h4a2 2 0 0 1-4 0Z",
    "book": "M1 2.5c2.6-.7 5-.4 7 1 2-1.4 4.4-1.7 7-1V13c-2.6-.7-5-.4-7 1-2-1.4-4.4-1.7-7-1Zm2 1.6v7.3c1.4-.1 2.8.1 4 .7V5C5.9 4.3 4.6 4 3 4.1Zm10 0c-1.6-.1-2.9.2-4 .9v7.1c1.2-.6 2.6-.8 4-.7Z",
    "calendar": "M4 1h2v1.5h4V1h2v1.5h2.5v12h-13v-12H4Zm-.5 5.5v6h9v-6Z",
    "check": "M13.5 2.6 15 4.1 6.3 13.4 1 8.3l1.4-1.5 3.8 3.7Z",
    "clock": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2v5h5A5 5 0 1 1 8 3Z",
    "copy": "M5 1h9v10h-2V3H5ZM2 5h8v10H2Zm2 2v6h4V7Z",
    "diamond": "m8 .5 7.5 7.5L8 15.5.5 8Z",
    "down": "M1 3h14L8 14Z",
    "download": "M7 1h2v6.2l2.3-2.3L12.7 6.3 8 11 3.3 6.3l1.4-1.4L7 7.2ZM2 13h12v2H2Z",
    "eye": "M8 3c3.4 0 6.2 2 7.5 5-1.3 3-4.1 5-7.5 5S1.8 11 .5 8C1.8 5 4.6 3 8 3Zm0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
    "file": "M3 1h6l4 4v10H3Zm5 1.5V6h3.5Z",
    "flag": "M3 1h2v1h9l-2.5 3.5L14 9H5v6H3Z",
    "info": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM7 4v2h2V4Zm0 3v5h2V7Z",
    "link": "M9 2h5v5h-2V5.4L7.4 10 6 8.6 10.6 4H9ZM2 4h5v2H4v6h6V9h2v5H2Z",
    "lock": "M8 1a3.5 3.5 0 0 1 3.5 3.5V7H13v8H3V7h1.5V4.5A3.5 3.5 0 0 1 8 1Zm0 1.9c-.9 0-1.6.7-1.6 1.6V7h3.2V4.5c0-.9-.7-1.6-1.6-1.6Z",
    "mail": "M1 3h14v1.2L8 9 1 4.2Zm0 3.3L8 11l7-4.7V13H1Z",
    "menu": "M1 3h14v2H1Zm0 4h14v2H1Zm0 4h14v2H1Z",
    "minus": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM4 7v2h8V7Z",
    "open": "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z",
    "pause": "M3 2h3.5v12H3Zm6.5 0H13v12H9.5Z",
    "pencil": "m11.5 1.5 3 3L5 14H2v-3Z",
    "person": "M8 1a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7Zm0 8.5c3.6 0 6 2 6 5.5H2c0-3.5 2.4-5.5 6-5.5Z",
    "pin": "M8 1a5 5 0 0 1 5 5c0 3-2.2 5.5-5 9-2.8-3.5-5-6-5-9a5 5 0 0 1 5-5Zm0 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
    "play": "M3 1.5 14 8 3 14.5Z",
    "plus": "M7 2h2v5h5v2H9v5H7V9H2V7h5Z",
    "print": "M4 1h8v3H4ZM1 5h14v7h-3v3H4v-3H1Zm5 5v3h4v-3Z",
    "queue": "M2 2.5h12V5H2Zm0 4.25h9v2.5H2ZM2 11h6v2.5H2Z",
    "ring": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6Z",
    "search": "M6.5 1a5.5 5.5 0 0 1 4.4 8.8l3.8 3.8-1.3 1.3-3.8-3.8A5.5 5.5 0 1 1 6.5 1Zm0 2a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
    "square": "M2.5 2.5h11v11h-11Z",
    "swap": "M5 1 1 5l4 4V6h9V4H5Zm6 6v3H2v2h9v3l4-4Z",
    "trash": "M6 1h4v1.5h4v2H2v-2h4ZM3 6h10l-1 9H4Z",
    "up": "m8 2 7 11H1Z",
    "upload": "M8 1l4.7 4.7-1.4 1.4L9 4.8V11H7V4.8L4.7 7.1 3.3 5.7ZM2 13h12v2H2Z",
    "warn": "M8 .8 15.7 14.5H.3ZM7 5.5v4.5h2V5.5ZM7 11v2h2v-2Z",
    "x": "m3.4 2 4.6 4.6L12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4Z",
}


def icon(name):
    """The icon as inline SVG, hidden from screen readers: the word beside it says what it means."""
    path = mark_safe(PATHS[name])  # our own constant
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        '<path fill-rule="evenodd" d="{}"/></svg>',
        path,
    )
