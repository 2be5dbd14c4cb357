"""Agreement of two annotators: the evaluator's, and Krippendorff's alpha, worked out by hand."""

from pathlib import Path

import pytest
from two_passes import passes

from goldspan.annotate.agreement import agree


def test_agreement_is_that_of_the_evaluator_and_alpha_that_of_the_formula(tmp_path: Path):
    documents, ann, ben = passes(tmp_path)
    found = agree(ann, ben, documents=documents)
    assert (found.documents, found.events) == (2, (2, 0, 1))
    status = found.fields["deal.status"]
    assert (status.forward.matched, status.forward.misread, status.forward.invented) == (1, 1, 1)
    assert status.forward.f1 == pytest.approx(2 / 5)  # 2m / (2m + 2w + u + x) = 2 / (2 + 2 + 1)
    assert status.backward.f1 == status.forward.f1
    # deal.status, three units: (announced, announced), (announced, agreed), (nothing, agreed).
    # Observed: 2 of 3 disagree. Six values: 3 announced, 2 agreed, 1 nothing;
    # expected: 1 - (3*2 + 2*1 + 1*0) / (6*5) = 22/30. alpha = 1 - (2/3) / (22/30) = 1/11.
    assert status.alpha == pytest.approx(1 / 11)
    # deal.target: (Contoso, Contoso) twice, (nothing, Nordwind): 1 of 3 disagrees; 4 Contoso, 1, 1:
    # expected 1 - 12/30 = 18/30; alpha = 1 - (1/3) / (18/30) = 4/9.
    assert found.fields["deal.target"].alpha == pytest.approx(4 / 9)
    turned = agree(ben, ann, documents=documents)
    assert turned.overall.alpha == pytest.approx(found.overall.alpha)
    assert turned.overall.forward.f1 == found.overall.forward.f1


def test_all_alike_has_no_alpha_of_one_category(tmp_path: Path):
    documents, ann, _ = passes(tmp_path)
    assert agree(ann, ann, documents=documents).fields["deal.status"].alpha is None
    assert agree(ann, ann, documents=documents).overall.alpha == 1
