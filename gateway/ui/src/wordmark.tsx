// The name in the corner: two weft threads through a warp, and the gateway's title.

export function Wordmark({ title }: { title: string }) {
  return (
    <span className="weft-wordmark">
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path className="weft-warp" d="M7 3v3.6M7 11.2V21M17 3v9.6M17 17.4V21" />
        <path className="weft-thread-1" d="M3 9h18" />
        <path className="weft-thread-2" d="M3 15h18" />
      </svg>
      {title}
    </span>
  );
}
