"""Families of networks, by their names: those of pytorchcv and of TensorFlow, or what stands before the first digit."""

from __future__ import annotations

import re

# A longer name before a shorter one that begins it.
FAMILIES = ("bagnet", "bninception", "densenet", "diracnet", "dla", "efficientnet_edge", "efficientnet-lite", "fbnet",
            "fdmobilenet", "ghostnet", "hardnet", "hrnet", "mnasnet", "mobilenetv2", "mobilenetv3", "mobilenet-v1",
            "mobilenet-v2", "mobilenet-v3", "mobilenet", "peleenet", "preresnetbc", "resnetbc", "sepreresnet",
            "seresnet", "preresnet", "proxylessnas", "regnetx", "regnety", "resnext", "resnet", "spnasnet",
            "squeezenet", "squeezeresnet", "vovnet")  # fmt: skip


def family(network: str) -> str:
    known = next((name for name in FAMILIES if network.startswith(name)), None)
    return known or re.split(r"[\d]", network)[0].strip("_-. ") or network
