// Asking the gateway again and again, while somebody looks: a page in the background asks nothing.

/** Told what came of each answer; `null` when there was none. */
type Observer = (response: Response | null) => Promise<void> | void;

/** Asks at once and then `everyMs` after each answer, until the function that it gives is called.
 *  After a failure it waits longer, and never longer than `FAILED_MS`. */
export function poll(url: string, everyMs: number, observe: Observer): () => void {
  const stopped = new AbortController();
  let timer: number | undefined;
  const ask = async () => {
    const response = await fetch(url, { signal: stopped.signal }).catch(() => null);
    if (stopped.signal.aborted) return;
    await observe(response?.ok ? response : null);
    if (stopped.signal.aborted) return;
    timer = window.setTimeout(askIfSeen, response?.ok ? everyMs : FAILED_MS);
  };
  const askIfSeen = () => {
    timer = undefined;
    if (document.hidden) return;
    void ask();
  };
  const seen = () => {
    if (timer === undefined && !document.hidden) timer = window.setTimeout(askIfSeen);
  };
  document.addEventListener('visibilitychange', seen);
  void ask();
  return () => {
    stopped.abort();
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}

const FAILED_MS = 10_000;
