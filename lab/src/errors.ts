/** An answer in the shape of Aiven's errors: `message`, and `errors[]` with `status` and perhaps `error_code`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }

  get body() {
    return errorBody(this.status, this.message, this.code);
  }
}

export function errorBody(status: number, message: string, code?: string) {
  return { message, errors: [{ message, status, ...(code ? { error_code: code } : {}) }] };
}
