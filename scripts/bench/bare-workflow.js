// What a run is compared with: a workflow that makes the same requests in as many activities, and nothing else.
const { proxyActivities } = require('@temporalio/workflow');

const { request } = proxyActivities({ startToCloseTimeout: '10s' });

exports.bareWorkflow = async (steps) => {
  for (const requests of steps) await request(requests);
};
