import { PostgresError } from './error';
import { Session, type SessionOptions } from './session';
import type { ConnectionName, PairSettings } from './settings';

/** Database access to every pair that is configured, by `project/primary`. */
export type PairsSettings = Readonly<Record<string, PairSettings>>;

/** The pairs whose databases may be reached. */
export class Databases {
  #pairs: PairsSettings;

  /**
   * @param pairs as read at start.
   * @param readAgain reads the settings afresh, for when a credential is refused.
   */
  constructor(
    pairs: PairsSettings = {},
    private readonly readAgain: () => Promise<PairsSettings> = async () => pairs,
  ) {
    this.#pairs = pairs;
  }

  /** The pairs, as `project/primary`. */
  get names(): string[] {
    return Object.keys(this.#pairs);
  }

  /** Access to the databases of a pair; `undefined` when none is configured. */
  of({ project, primary }: { project: string; primary: string }): PairDatabase | undefined {
    const key = `${project}/${primary}`;
    if (!Object.hasOwn(this.#pairs, key)) return undefined;
    return new PairDatabase(
      () => this.#pairs[key],
      async () => {
        this.#pairs = await this.readAgain();
      },
    );
  }
}

/** Access to the two databases of one pair, and through the address that they share. */
export class PairDatabase {
  constructor(
    private readonly find: () => PairSettings | undefined,
    private readonly readAgain: () => Promise<void>,
  ) {}

  get settings(): PairSettings {
    const settings = this.find();
    if (settings === undefined) throw new PostgresError('access is no longer configured', 'not-configured');
    return settings;
  }

  /**
   * Opens a session; when the server refuses the credential, the settings are read again, once.
   *
   * @throws PostgresError
   */
  async open(connection: ConnectionName, options?: SessionOptions): Promise<Session> {
    try {
      return await Session.open(this.settings.connections[connection], options);
    } catch (error) {
      if (!(error instanceof PostgresError) || !error.isCredentialRefused) throw error;
      await this.readAgain();
      return Session.open(this.settings.connections[connection], options);
    }
  }

  /** Opens a session for one piece of work. @throws PostgresError */
  async use<T>(
    connection: ConnectionName,
    work: (session: Session) => Promise<T>,
    options?: SessionOptions,
  ): Promise<T> {
    const session = await this.open(connection, options);
    try {
      return await work(session);
    } finally {
      await session.end();
    }
  }
}
