"""What matching refuses."""

from ctorendang.infra.errors import AppError


class NoFeedbackGiven(AppError):
    """There is nothing to take back."""

    code = "no_feedback_given"
    status = 409

    def __init__(self) -> None:
        super().__init__("This CTO is among your matches already.")


class WeightsChangedMeanwhile(AppError):
    """Somebody else has saved other weights since these were read."""

    code = "weights_changed_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__("Somebody else has changed the weights meanwhile. Look at theirs, then save yours again.")
