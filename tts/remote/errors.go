package remote

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/sashabaranov/go-openai"
)

// status is the HTTP status of a refusal; 0 when there was no answer at all.
func status(err error) int {
	var api *openai.APIError
	if errors.As(err, &api) {
		return api.HTTPStatusCode
	}
	var request *openai.RequestError
	if errors.As(err, &request) {
		return request.HTTPStatusCode
	}
	return 0
}

// passing says whether a failure may be over in a moment.
func passing(err error) bool {
	switch code := status(err); code {
	case 0, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	default:
		return code >= 500 && code != http.StatusNotImplemented
	}
}

// explain says what to do about a failure.
func (r *Remote) explain(err error) error {
	switch code := status(err); {
	case code == 0:
		return fmt.Errorf("the speech server %s can't be reached; check its address and that it runs: %w", r.o.BaseURL, err)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return fmt.Errorf("the speech server %s refuses the key; check %s: %w", r.o.BaseURL, r.o.KeyName, err)
	case code == http.StatusNotFound:
		return fmt.Errorf("the speech server %s has no /audio/speech, or no model %q; check both: %w", r.o.BaseURL, r.o.Model, err)
	case code == http.StatusBadRequest, code == http.StatusUnprocessableEntity:
		return fmt.Errorf("the speech server %s doesn't take the request; check the model %q and the voice %q: %w", r.o.BaseURL, r.o.Model, r.o.Voice, err)
	case code == http.StatusTooManyRequests:
		return fmt.Errorf("the speech server %s takes no more for now (its limit, or the account is empty): %w", r.o.BaseURL, err)
	}
	return fmt.Errorf("the speech server %s fails; try again later: %w", r.o.BaseURL, err)
}
