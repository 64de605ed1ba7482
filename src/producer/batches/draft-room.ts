/** What one file takes that is coming in. */
export interface DraftPlace {
  /** Takes so many bytes more, unless there is no room for them. */
  take(bytes: number): boolean;
  /** Gives all of them back. */
  leave(): void;
}

/** For files that are coming in, which no limit of what is kept holds for. */
export interface DraftRoom {
  enter(client: string): DraftPlace;
}

/** So many bytes in all, of one client no more than are then free for others. */
export function createDraftRoom(most: number): DraftRoom {
  const ofClients = new Map<string, number>();
  let all = 0;
  const count = (client: string, bytes: number) => {
    const own = (ofClients.get(client) ?? 0) + bytes;
    all += bytes;
    if (own > 0) ofClients.set(client, own);
    else ofClients.delete(client);
  };
  return {
    enter(client) {
      let taken = 0;
      return {
        take(bytes) {
          const own = ofClients.get(client) ?? 0;
          if (own + bytes > most - all - bytes) return false;
          taken += bytes;
          count(client, bytes);
          return true;
        },
        leave() {
          count(client, -taken);
          taken = 0;
        },
      };
    },
  };
}
