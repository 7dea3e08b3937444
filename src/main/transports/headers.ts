import type { ServedFile } from "./files.ts";

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** On every answer, whatever it is. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
};

export function fileHeaders({ type, bytes, cache, name }: ServedFile): Record<string, string> {
  const headers = { ...securityHeaders, "Content-Type": type, "Content-Length": String(bytes), "Cache-Control": cache };
  return name ? { ...headers, "Content-Disposition": `attachment; filename*=UTF-8''${encodeName(name)}` } : headers;
}

/** A file name as RFC 8187 writes it. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
