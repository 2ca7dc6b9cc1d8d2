"""The shapes of answers, so that the OpenAPI document is the truth.

Members may be added to an answer without notice; none is taken away within `/v1`.
"""
