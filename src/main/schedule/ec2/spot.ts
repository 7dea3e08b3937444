/** The address of an instance's own metadata. */
const metadata = () => process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254";
const askMilliseconds = 1_500;

async function ask(path: string): Promise<string | null> {
  const root = `${metadata()}/latest`;
  const token = await fetch(`${root}/api/token`, {
    method: "PUT",
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": "300" },
    signal: AbortSignal.timeout(askMilliseconds),
  });
  if (!token.ok) return null;
  const answer = await fetch(`${root}/meta-data/${path}`, {
    headers: { "x-aws-ec2-metadata-token": await token.text() },
    signal: AbortSignal.timeout(askMilliseconds),
  });
  return answer.ok ? answer.text() : null;
}

/** The instance that this process runs on; null elsewhere. */
export async function instanceId(): Promise<string | null> {
  return ask("instance-id").catch(() => null);
}

/** Calls once when the instance is about to be taken back, two minutes before at best. Gives how to stop looking. */
export function onInterruption(hear: (action: string) => void, everyMs = 5_000): () => void {
  const timer = setInterval(() => {
    ask("spot/instance-action").then(
      (notice) => {
        if (notice === null) return;
        clearInterval(timer);
        hear(notice.slice(0, 200));
      },
      () => {},
    );
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
