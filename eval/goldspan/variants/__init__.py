"""Made documents: twins, perturbations, a synthetic split, and what they tell about a system."""

from goldspan.variants.diversity import diversity
from goldspan.variants.families import families
from goldspan.variants.gap import Gap, gap
from goldspan.variants.perturb import perturb
from goldspan.variants.synthetic import synthetic
from goldspan.variants.twins import twins

__all__ = ["Gap", "diversity", "families", "gap", "perturb", "synthetic", "twins"]
