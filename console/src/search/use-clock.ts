/** Now, told anew from time to time, so that "3 min ago" stays true on a page that is open all day. */
import { useEffect, useState } from 'react';

export function useClock(every_ms: number): number {
  const [now_ms, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now_ms;
}
