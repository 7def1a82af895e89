/** `fetch`, with a list of what went through it. */
export function recordingFetch() {
  const exchanges = [];
  const recorded = async (url, options) => {
    const response = await fetch(url, options);
    const { method = 'GET', headers, body } = options ?? {};
    const accept = new Headers(headers).get('accept');
    const type = response.headers.get('content-type')?.split(';')[0];
    exchanges.push({ url: String(url), method, accept, body, status: response.status, type });
    return response;
  };
  return { fetch: recorded, exchanges };
}
