"""How far the simulator is from reality: blind predictions, and the comparison with what was measured."""
