"""The values that the Hub takes in a card, and which licences let a text be given away.

Sources, read in 2026: huggingface/hub-docs (`datasetcard.md`, `docs/hub/repositories-licenses.md`, `docs/hub/
eval-results.md`), huggingface/datasets (`utils/resources/*.json`), huggingface/huggingface.js
(`packages/tasks/src/pipelines.ts`). The Hub checks a card at every commit; its clients check nothing offline.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LICENCES = _words(
    """
    apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m
    afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5
    cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0
    cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl
    lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib
    pddl lgpl-lr deepfloyd-if-license llama2 gemma unknown other
    """
)
CREATORS = frozenset({"found", "crowdsourced", "expert-generated", "machine-generated", "no-annotation", "other"})
LANGUAGE_CREATORS = CREATORS - {"no-annotation"}
MULTILINGUALITIES = frozenset({"monolingual", "multilingual", "translation", "other"})
TASK_CATEGORIES = _words(
    """
    text-classification token-classification table-question-answering question-answering zero-shot-classification
    translation summarization feature-extraction text-generation fill-mask sentence-similarity tabular-classification
    tabular-regression tabular-to-text table-to-text multiple-choice text-ranking text-retrieval other
    """
)
LANGUAGE = re.compile(r"[a-z]{2,3}|code|multilingual")

SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")
"""Size categories from the smallest on, each ten times the one before; the first ends at a thousand."""

REDISTRIBUTABLE = _words(
    """
    cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
    cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0
    cdla-permissive-1.0 cdla-permissive-2.0 odc-by odbl pddl gfdl apache-2.0 mit etalab-2.0 unlicense
    """
)
"""Licences that let anyone pass an unchanged text on (some of them not for money, or with attribution)."""


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows.

    >>> size_category(14), size_category(1000), size_category(99_999)
    ('n<1K', '1K<n<10K', '10K<n<100K')
    """
    place = 0
    while place < len(SIZES) - 1 and rows >= 1000 * 10**place:
        place += 1
    return SIZES[place]


def lets_text_be_given_away(licence: str | None) -> bool:
    """Whether a document's licence is known to let its text be passed on.

    >>> lets_text_be_given_away("CC-BY-4.0"), lets_text_be_given_away("all rights reserved")
    (True, False)
    """
    return licence is not None and licence.lower() in REDISTRIBUTABLE
