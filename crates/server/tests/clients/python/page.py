"""Forms on our server's pages, filled in and sent as a browser without JavaScript would."""

import html.parser
import urllib.parse


class _Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.forms, self.by_id, self._inside = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append((attributes, {}))
        elif tag == "input" and self.forms and attributes.get("name"):
            self.forms[-1][1][attributes["name"]] = attributes.get("value") or ""
        if attributes.get("id"):
            self._inside = attributes["id"]
            self.by_id[self._inside] = ""

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside:
            self.by_id[self._inside] += data


def texts(response):
    """What the elements that have an id say."""
    assert response.headers["content-type"].startswith("text/html"), response
    return {name: text.strip() for name, text in _Page(response.text).by_id.items()}


def submit(http, address, **filled):
    """Opens the page, fills in its first form (hidden fields and all) and answers what comes of it."""
    page = http.get(address, follow_redirects=True)
    assert page.status_code == 200, (address, page.status_code, page.text[:500])
    attributes, fields = _Page(page.text).forms[0]
    assert attributes.get("method", "get").lower() == "post"
    target = urllib.parse.urljoin(str(page.url), attributes.get("action") or str(page.url))
    parts = urllib.parse.urlsplit(target)
    origin = f"{parts.scheme}://{parts.netloc}"
    return http.post(target, data={**fields, **filled}, headers={"Origin": origin}, follow_redirects=True)
