import { testDeathsBy } from './worker-deaths';

testDeathsBy('SIGTERM');
