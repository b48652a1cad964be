"""The peer of bench/training.bench.ts: the same networks and the same step in PyTorch on the CPU.

Prints one JSON line {"images_per_s": …, "ms": …}.  Arguments: network (resnet18 or resnet50), image size, batch, threads.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Conv2d):
    """Convolution with standardised weights (Qiao et al. 2019) and a learned gain per output channel."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(inputs, outputs, kernel, stride, kernel // 2)
        self.gain = nn.Parameter(torch.ones(outputs))

    def forward(self, x):
        w = self.weight
        mean = w.mean((1, 2, 3), keepdim=True)
        var = (w - mean).square().mean((1, 2, 3), keepdim=True)
        fan_in = w[0].numel()
        w = (w - mean) * torch.rsqrt(var * fan_in + 1e-4) * self.gain[:, None, None, None]
        return F.conv2d(x, w, self.bias, self.stride, self.padding)


class Block(nn.Module):
    """Residual block: 3×3 and 3×3 (basic) or 1×1, 3×3 and 1×1 (bottleneck)."""

    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = width * 4 if bottleneck else width
        if bottleneck:
            self.convs = nn.ModuleList([Conv(inputs, width, 1), Conv(width, width, 3, stride), Conv(width, outputs, 1)])
        else:
            self.convs = nn.ModuleList([Conv(inputs, width, 3, stride), Conv(width, width, 3)])
        self.project = Conv(inputs, outputs, 1, stride) if stride > 1 or inputs != outputs else None

    def forward(self, x):
        y = x
        for i, conv in enumerate(self.convs):
            y = conv(y)
            if i + 1 < len(self.convs):
                y = F.relu(y)
        return F.relu(y + (x if self.project is None else self.project(x)))


class ResNet(nn.Module):
    def __init__(self, depths, width, bottleneck, outputs):
        super().__init__()
        self.stem = Conv(3, width, 7, 2)
        blocks, inputs = [], width
        for stage, depth in enumerate(depths):
            for i in range(depth):
                blocks.append(Block(inputs, width << stage, 2 if stage > 0 and i == 0 else 1, bottleneck))
                inputs = (width << stage) * (4 if bottleneck else 1)
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(inputs, outputs)

    def forward(self, x):
        y = F.avg_pool2d(F.relu(self.stem(x)), 2)
        return self.head(self.blocks(y).mean((2, 3)))


def main(network, size, batch, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net = ResNet([2, 2, 2, 2], 32, False, 128) if network == "resnet18" else ResNet([3, 4, 6, 3], 64, True, 128)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    x, target = torch.randn(batch, 3, size, size), torch.randn(batch, 128)
    times = []
    for _ in range(12 if network == "resnet18" else 5):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = F.mse_loss(net(x), target)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(time.perf_counter() - start)
    seconds = sorted(times[1:])[len(times[1:]) // 2]
    parameters = sum(p.numel() for p in net.parameters())
    print(json.dumps({"images_per_s": batch / seconds, "ms": seconds * 1e3, "parameters": parameters}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
