import type { SafeStorage } from "electron";
import { AssayError } from "../../shared/base/errors.ts";

/** Secrets under the system's key store; there are none where it is missing or would keep them in the clear. */
export interface Secrets {
  isAvailable(): boolean;
  seal(secret: string): string;
  open(sealed: string): string;
}

type Storage = Pick<SafeStorage, "isEncryptionAvailable" | "encryptString" | "decryptString"> &
  Partial<Pick<SafeStorage, "getSelectedStorageBackend">>;

export function createSecrets(storage: Storage, platform: NodeJS.Platform = process.platform): Secrets {
  function isAvailable(): boolean {
    if (!storage.isEncryptionAvailable()) return false;
    return (
      platform !== "linux" || !["basic_text", "unknown"].includes(storage.getSelectedStorageBackend?.() ?? "unknown")
    );
  }
  function require(): void {
    if (isAvailable()) return;
    throw new AssayError(
      "unavailable",
      "This system has no key store to keep a secret in.",
      "Set up the system's keyring, or enter it each time.",
    );
  }
  return {
    isAvailable,
    seal: (secret) => {
      require();
      return storage.encryptString(secret).toString("base64");
    },
    open: (sealed) => {
      require();
      try {
        return storage.decryptString(Buffer.from(sealed, "base64"));
      } catch (cause) {
        throw new AssayError(
          "corrupt",
          "A kept secret can't be read on this system.",
          "Enter it again.",
          {},
          { cause },
        );
      }
    },
  };
}
