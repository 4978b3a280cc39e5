"""What clients send, checked by pydantic, with examples for the OpenAPI description."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

_HEADLINE: Final = "Fury as parish council scraps the beloved brass band"
_ARTICLE: Final = (
    f"{_HEADLINE}\n\nThe parish council of Nether Wexley voted on Monday to end its grant to the brass band.\n\n"
    '"This is a heartless betrayal," said Odile Farrow, who has played the cornet since 1998.\n\n'
    "The band will keep the uniforms and its rehearsal room, the clerk said."
)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class HeadlinesRequest(_Request):
    """One headline as `text`, or several as `texts`; not both."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["text"]}, {"required": ["texts"]}],
            "examples": [
                {"text": _HEADLINE},
                {"texts": ["Brass band loses its grant", "You will not believe what the band did next"]},
            ],
        }
    )

    text: Annotated[str, Field(description="One headline; the answer is one result.")] = ""
    texts: Annotated[list[str], Field(description="Headlines; the answer is `results`, in their order.")] = []

    @model_validator(mode="after")
    def _one_of_both(self) -> "HeadlinesRequest":
        _exactly_one(self, "text", "texts")
        return self


class ArticleRequest(_Request):
    """An article as `text`, as `html`, or by its `url`; exactly one of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["text"]}, {"required": ["html"]}, {"required": ["url"]}],
            "examples": [
                {"text": _ARTICLE},
                {"headline": _HEADLINE, "text": _ARTICLE.partition("\n\n")[2]},
                {"html": f"<article><h1>{_HEADLINE}</h1><p>The council voted to end the grant.</p></article>"},
            ],
        }
    )

    text: Annotated[
        str, Field(description="The page as pasted; its first line is the headline unless one is given")
    ] = ""
    html: Annotated[str, Field(description="The page as HTML; offsets index the `text` of the answer.")] = ""
    url: Annotated[str, Field(description="Address to fetch, where the server allows it.", max_length=4096)] = ""
    headline: Annotated[
        str | None, Field(description="The headline, if it is not on the page: all of the text is body.")
    ] = None

    @model_validator(mode="after")
    def _one_of_three(self) -> "ArticleRequest":
        _exactly_one(self, "text", "html", "url")
        if self.headline is not None and not self.headline.strip():
            raise ValueError("headline is empty; leave it out where the page has its headline")
        return self


class FeedbackRequest(_Request):
    """A headline and the score a person gives it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": _HEADLINE, "score": 55}]})

    text: Annotated[str, Field(min_length=1, max_length=400)]
    score: Annotated[float, Field(ge=0, le=100, description="0 plain to 100 extreme.", allow_inf_nan=False)]


def _exactly_one(request: BaseModel, *names: str) -> None:
    given = request.model_fields_set & set(names)
    if len(given) != 1:
        found = " and ".join(sorted(given)) or "none of them"
        raise ValueError(f"found {found}, expected exactly one of {', '.join(names)}")
