"""A policy that other processes can import."""

from autoscale_sim import Policy


class Frugal(Policy):
    """The DSP where it can run the DNN, else the first legal action."""

    def decide(self, observation):
        legal = self.context.legal[observation.dnn]
        dsp = [action for action in legal if self.context.actions[action].startswith("phone_dsp_int8")]
        return dsp[0] if dsp else legal[0]
