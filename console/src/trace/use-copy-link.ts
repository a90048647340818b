/** Copies the address of what one sees; true for a moment afterwards, so that it can be said. */
import { useCallback, useEffect, useState } from 'react';

const SAID_MS = 1_500;

export function useCopyLink(): readonly [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = useCallback(() => void navigator.clipboard.writeText(location.href).then(() => setCopied(true)), []);
  return [copied, copy];
}
