import { AivenOptionsError } from './errors';

/** Half of a character; encodeURIComponent throws a bare URIError on it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** `/v1/project/P`, percent-encoded. @throws AivenOptionsError for a name that cannot be one. */
export function projectPath(project: string): string {
  return `/v1/project/${segment('project', project)}`;
}

/** `/v1/project/P/service/S`, percent-encoded. @throws AivenOptionsError for a name that cannot be one. */
export function servicePath(project: string, service: string): string {
  return `${projectPath(project)}/service/${segment('service', service)}`;
}

/** Refuses what would name another path than the one meant: nothing, `.` and `..`, which proxies resolve. */
function segment(what: string, name: string): string {
  if (
    typeof name !== 'string' ||
    name.trim() === '' ||
    name === '.' ||
    name === '..' ||
    LONE_SURROGATE.test(name)
  ) {
    throw new AivenOptionsError(`${what} must be a non-empty name other than "." and ".."`);
  }
  return encodeURIComponent(name);
}
