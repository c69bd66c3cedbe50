"""Every kind of chart in a browser: inside its picture, without two texts that touch, in both themes and widths."""

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from portal import styleguide
from portal import urls as portal_urls

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
urlpatterns = [*i18n_patterns(path("parts/", styleguide.styleguide)), *portal_urls.urlpatterns]

# What leaves its picture, and which texts lie over each other, in the pictures that are to be seen.
FAULTS = """() => {
  const found = [], seen = [...document.querySelectorAll("svg.chart")].filter(svg => svg.getClientRects().length);
  for (const svg of seen) {
    const frame = svg.getBoundingClientRect(), name = svg.querySelector("title").id;
    const boxes = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
    for (const shape of svg.querySelectorAll(":scope > rect, :scope > path, text")) {
      const box = shape.getBoundingClientRect();
      const beside = box.left < frame.left - 1 || box.right > frame.right + 1;
      const beyond = box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      if (beside || beyond) found.push(`${name}: ${shape.outerHTML} leaves the picture`);
    }
    boxes.forEach(([one, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 5) found.push(`${name}: ${one} lies over ${other}`);
    }));
  }
  return [seen.length, found];
}"""


@pytest.mark.parametrize("language", ["ko", "en"])
def test_charts_keep_to_their_pictures(open_page, language):
    page = open_page(language)
    assert page.goto(f"/{language}/parts/").status == 200
    for width, scheme, look in ((1280, "light", "wide"), (360, "dark", "narrow")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        count, faults = page.evaluate(FAULTS)
        assert count == page.locator(f"figure.charted .chart--{look}").count() >= 20
        assert page.locator(f".chart--{look}").first.is_visible()
        assert faults == []
        open_page.check_accessibility(page, context=".charted")
