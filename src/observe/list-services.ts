import type { ListedService } from '../rules/fleet/select';
import { compact } from '../util/compact';
import type { ApiSession } from './api-session';

/** The PostgreSQL services of some projects, or why they are not known. */
export type Listing = { services: ListedService[] } | { unread: { why: string; isGone: boolean }[] };

/**
 * One request a project. Where the list does not tell the integrations, or the tags that are asked for, the service is read
 * by itself.
 */
export async function listServices(
  session: ApiSession,
  projects: readonly string[],
  needsTags: boolean,
): Promise<Listing> {
  const unread: { why: string; isGone: boolean }[] = [];
  const services: ListedService[] = [];
  for (const project of projects) {
    const list = await session.askServices(project);
    if (!list.ok) {
      unread.push({ why: `${project}: ${list.why}`, isGone: list.status === 404 || list.status === 403 });
      continue;
    }
    for (const entry of list.value.filter(({ serviceType }) => serviceType === 'pg')) {
      const { serviceName: name, cloudName: cloud } = entry;
      let { tags, integrations } = entry;
      if (integrations === undefined || (needsTags && tags === undefined)) {
        const single = await session.askService(project, name);
        if (!single.ok) {
          unread.push({ why: `${project}/${name}: ${single.why}`, isGone: false });
          continue;
        }
        integrations = single.value.integrations;
        tags = single.value.tags;
      }
      services.push({ project, name, cloud, integrations, ...compact({ tags }) });
    }
  }
  return unread.length > 0 ? { unread } : { services };
}
