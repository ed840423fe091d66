"""What an answer of the API refuses."""


def refused(answer):
    """What is said of each parameter."""
    return {error["parameter"]: error["detail"] for error in answer.json()["errors"]}
