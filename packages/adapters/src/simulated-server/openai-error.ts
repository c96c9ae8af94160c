/** An error body as OpenAI's API sends it. */
export function openaiError(status: number, message: string, code: string | null): unknown {
  const types: Readonly<Record<number, string>> = {
    401: "authentication_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "server_error",
  };
  return { error: { message, type: types[status] ?? "invalid_request_error", param: null, code } };
}
